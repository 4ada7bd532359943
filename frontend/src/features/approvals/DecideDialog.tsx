import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOnce } from "@/shared/api";
import {
  approve,
  getListApprovalsQueryKey,
  getReadApprovalQueryKey,
  reject,
  withdraw,
} from "@/shared/api/generated/approvals/approvals";
import type { ApprovalOut } from "@/shared/api/generated/model";
import { getListSuspenseQueryKey, getReadSuspenseQueryKey } from "@/shared/api/generated/suspense/suspense";
import { Button, Dialog, Field, Notice, Textarea, toast } from "@/shared/kit";
import { useWhat } from "./ApprovalCard";

export type Decision = "approve" | "reject" | "withdraw";

const SHORTEST = 3;
const LONGEST = 200;

interface DecideDialogProps {
  one: ApprovalOut;
  decision: Decision;
  onClose: () => void;
}

/** Names once more what will happen. What is agreed to is what stood here: the server holds it against its fingerprint. */
export function DecideDialog({ one, decision, onClose }: DecideDialogProps) {
  const { t } = useTranslation("approvals");
  const cache = useQueryClient();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const what = useWhat(one);
  const decide = useOnce(
    (words: string, once) =>
      decision === "approve"
        ? approve(one.id, { fingerprint: one.fingerprint }, once)
        : decision === "reject"
          ? reject(one.id, { reason: words }, once)
          : withdraw(one.id, once),
    {
      onSuccess: (now) => {
        cache.setQueryData(getReadApprovalQueryKey(one.id), now);
        void cache.invalidateQueries({ queryKey: getListApprovalsQueryKey() });
        void cache.invalidateQueries({ queryKey: getListSuspenseQueryKey() });
        void cache.invalidateQueries({ queryKey: getReadSuspenseQueryKey(one.subject) });
        toast({ title: t(`${decision}_done`), tone: "positive" });
        onClose();
      },
      onError: () => void cache.invalidateQueries({ queryKey: getReadApprovalQueryKey(one.id) }),
    },
  );
  const words = reason.trim();
  const missing = decision === "reject" && words.length < SHORTEST ? t("reason_missing") : undefined;
  const long = words.length > LONGEST ? t("reason_long", { most: LONGEST }) : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(`${decision}_title`)}
      lead={what}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            tone={decision === "approve" ? "primary" : "danger"}
            busy={decide.isPending}
            onClick={() => {
              setTried(true);
              if (!missing && !long) decide.mutate(words);
            }}
          >
            {t(`${decision}_action`)}
          </Button>
        </>
      }
    >
      {decide.isError && (
        <div className="mb-4">
          <Notice tone="negative" title={decide.error.detail || decide.error.message} />
        </div>
      )}
      <p className="text-muted">{t(`${decision}_explain`)}</p>
      {decision === "reject" && (
        <Field
          label={t("reason")}
          hint={t("reason_hint")}
          error={long ?? (tried ? missing : undefined)}
          className="mt-4"
          required
        >
          <Textarea rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
      )}
    </Dialog>
  );
}
