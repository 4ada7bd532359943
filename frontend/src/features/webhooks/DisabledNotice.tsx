import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/shared/api";
import type { WebhookOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Notice, toast } from "@/shared/kit";
import { useAskAnew, useDesk, useEndpoints } from "./api";

/** Why nothing is sent, since when, and the way on. */
export function DisabledNotice({ one }: { one: WebhookOut }) {
  const { t } = useTranslation("webhooks");
  const { dateTime } = useFormat();
  const desk = useDesk();
  const askAnew = useAskAnew();
  const mayChange = useEndpoints().data?.refused_with === null;
  const enable = useMutation<unknown, Problem>({
    mutationFn: () => desk.enable(one.id),
    onError: (problem) => toast({ title: problem.detail || problem.message, tone: "negative" }),
    onSuccess: () => {
      askAnew();
      toast({ title: t("enabled_again"), tone: "positive" });
    },
  });
  const reason = one.reason === "gone" || one.reason === "failing" ? one.reason : "asked";
  return (
    <div className="mb-5">
      <Notice
        tone={reason === "asked" ? "info" : "warning"}
        title={t(`because_${reason}`, { since: dateTime(one.since) })}
        action={
          mayChange && (
            <Button tone="primary" size="sm" busy={enable.isPending} onClick={() => enable.mutate()}>
              {t("enable")}
            </Button>
          )
        }
      >
        {t(`because_${reason}_lead`)}
      </Notice>
    </div>
  );
}
