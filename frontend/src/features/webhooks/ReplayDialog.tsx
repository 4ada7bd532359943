import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/shared/api";
import type { WebhookReplayedOut } from "@/shared/api/generated/model";
import { Button, Dialog, Notice, Select, toast } from "@/shared/kit";
import { Field } from "@/shared/kit";
import { useAskAnew, useDesk } from "./api";

const HOURS = { hour: 1, day: 24, days: 72, all: 24 * 30 } as const;
type Since = keyof typeof HOURS;

/** All that was not heard in some time is sent again. */
export function ReplayDialog({ endpointId, onClose }: { endpointId: string; onClose: () => void }) {
  const { t } = useTranslation("webhooks");
  const desk = useDesk();
  const askAnew = useAskAnew();
  const [since, setSince] = useState<Since>("day");
  const replay = useMutation<WebhookReplayedOut, Problem>({
    mutationFn: () =>
      desk.replayFailed(endpointId, { since: new Date(Date.now() - HOURS[since] * 3_600_000).toISOString() }),
    onSuccess: ({ events }) => {
      askAnew();
      toast({ title: t("replayed", { count: events }), tone: events ? "positive" : "neutral" });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("replay_title")}
      lead={t("replay_lead")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button tone="primary" busy={replay.isPending} onClick={() => replay.mutate()}>
            {t("replay_failed")}
          </Button>
        </>
      }
    >
      {replay.isError && (
        <div className="mb-4">
          <Notice tone="negative" title={replay.error.detail || replay.error.message} />
        </div>
      )}
      <Field label={t("since")}>
        <Select
          value={since}
          onChange={(value) => setSince(value as Since)}
          options={Object.keys(HOURS).map((value) => ({ value, label: t(`since_${value as Since}`) }))}
        />
      </Field>
    </Dialog>
  );
}
