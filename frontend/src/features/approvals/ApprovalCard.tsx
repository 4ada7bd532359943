import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { ApprovalOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Chip, CopyId, type StateTone } from "@/shared/kit";
import { DecideDialog, type Decision } from "./DecideDialog";

const TONES: Record<ApprovalOut["state"], StateTone> = {
  requested: "warning",
  approved: "info",
  done: "positive",
  rejected: "negative",
  withdrawn: "neutral",
  expired: "neutral",
};

/** What exactly will happen, who asked for it and until when; and the two answers, or the way back for who asked. */
export function ApprovalCard({ one }: { one: ApprovalOut }) {
  const { t } = useTranslation("approvals");
  const { dateTime, joined } = useFormat();
  const [deciding, setDeciding] = useState<Decision>();
  const mine = one.requested_by.me;
  const open = one.state === "requested";
  return (
    <article className="grid gap-x-6 gap-y-3 px-5 py-4 sm:grid-cols-[minmax(0,1fr)_auto]">
      <div className="min-w-0">
        <h2 className="text-md font-semibold">{useWhat(one)}</h2>
        {typeof one.payload.reason === "string" && (
          <blockquote className="mt-1.5 border-s-2 ps-3" dir="auto">
            {one.payload.reason}
          </blockquote>
        )}
        <p className="mt-2 text-sm text-muted">
          {joined([
            one.tenant?.name ?? t("everywhere"),
            t("asked_by", {
              name: mine ? t("you") : one.requested_by.name,
              when: dateTime(one.requested_at),
            }),
            open && t("until", { when: dateTime(one.expires_at) }),
            one.decided_by &&
              t("decided_by", {
                name: one.decided_by.me ? t("you") : one.decided_by.name,
                when: one.decided_at ? dateTime(one.decided_at) : "",
              }),
          ])}
        </p>
        {one.reason && (
          <p className="mt-1 text-sm" dir="auto">
            {one.reason}
          </p>
        )}
        <p className="mt-2 flex flex-wrap gap-x-4 gap-y-1">
          <CopyId id={one.id} className="text-muted" />
          {one.subject.startsWith("sus_") && (
            <Link
              to={`/finance/suspense/${one.subject}`}
              className="text-sm text-accent underline underline-offset-4"
            >
              {t("see_case")}
            </Link>
          )}
        </p>
      </div>
      <div className="flex flex-wrap items-center gap-3 sm:flex-col sm:items-end">
        <Chip tone={TONES[one.state]}>{t(`state_${one.state}`)}</Chip>
        {open && (
          <div className="flex flex-wrap gap-2 sm:justify-end">
            {mine ? (
              <Button size="sm" onClick={() => setDeciding("withdraw")}>
                {t("withdraw")}
              </Button>
            ) : (
              <>
                <Button size="sm" onClick={() => setDeciding("reject")}>
                  {t("reject")}
                </Button>
                <Button size="sm" tone="soft" onClick={() => setDeciding("approve")}>
                  {t("approve")}
                </Button>
              </>
            )}
          </div>
        )}
        {open && mine && <p className="max-w-56 text-sm text-muted sm:text-end">{t("mine")}</p>}
      </div>
      {deciding && <DecideDialog one={one} decision={deciding} onClose={() => setDeciding(undefined)} />}
    </article>
  );
}

/** "Give €250.00 back to who paid it"; an action this version has no words for is named as it is. */
export function useWhat(one: ApprovalOut): string {
  const { t } = useTranslation("approvals");
  const { money } = useFormat();
  const how = typeof one.payload.settlement === "string" ? `_${one.payload.settlement}` : "";
  return t(`what.${one.action}${how}`, {
    amount: one.amount ? money(one.amount) : "",
    defaultValue: `${one.action} · ${one.subject}`,
  });
}
