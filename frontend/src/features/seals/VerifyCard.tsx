import { useQueryClient } from "@tanstack/react-query";
import { Check, ShieldCheck, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { getFinanceOverviewQueryKey, useVerifyBooks } from "@/shared/api/generated/finance/finance";
import type { CheckOut, VerdictOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, Chip, Notice, Progress } from "@/shared/kit";

/** Checks every invariant of the books now, and says by number what came of it. */
export function VerifyCard() {
  const { t } = useTranslation("seals");
  const cache = useQueryClient();
  const verify = useVerifyBooks({
    mutation: { onSuccess: () => cache.invalidateQueries({ queryKey: getFinanceOverviewQueryKey() }) },
  });
  return (
    <Card title={t("verify_title")} aside={<Verdict verdict={verify.data} />}>
      <p className="text-sm text-muted">{t("verify_lead")}</p>
      <div aria-live="polite">
        {verify.isPending && (
          <div className="mt-3">
            <Progress value={undefined} label={t("verifying")} />
          </div>
        )}
        {verify.isError && (
          <div className="mt-3">
            <Notice tone="negative" title={verify.error.detail || verify.error.message} />
          </div>
        )}
      </div>
      {verify.data && <Checks checks={verify.data.checks} />}
      <Button tone="primary" className="mt-4" busy={verify.isPending} onClick={() => verify.mutate({})}>
        <ShieldCheck />
        {t("verify")}
      </Button>
    </Card>
  );
}

function Verdict({ verdict }: { verdict: VerdictOut | undefined }) {
  const { t } = useTranslation("seals");
  const { number } = useFormat();
  return (
    <span role="status">
      {verdict && (
        <Chip tone={verdict.clean ? "positive" : "negative"}>
          {verdict.clean ? t("clean", { ms: number(verdict.took_ms) }) : t("not_clean")}
        </Chip>
      )}
    </span>
  );
}

function Checks({ checks }: { checks: readonly CheckOut[] }) {
  const { t } = useTranslation("seals");
  const { number } = useFormat();
  return (
    <ul aria-label={t("checks")} className="mt-3 gap-x-8 text-sm sm:columns-2">
      {checks.map((check) => {
        const holds = check.count === 0;
        return (
          <li
            key={check.number}
            className="flex break-inside-avoid items-baseline gap-2.5 border-b border-line py-1.5"
          >
            <span className="w-5 shrink-0 text-end figures text-muted">{check.number}</span>
            <span className="min-w-0 grow">
              {t(`check_${check.number}`, { defaultValue: check.name })}
              {!holds && (
                <span className="block font-mono text-xs text-negative">{check.examples.join(", ")}</span>
              )}
            </span>
            {holds ? (
              <Check
                role="img"
                aria-label={t("holds")}
                className="size-4 shrink-0 translate-y-0.5 text-positive"
              />
            ) : (
              <span className="inline-flex items-center gap-1 font-semibold text-negative">
                <X aria-hidden className="size-4" />
                {number(check.count)}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
