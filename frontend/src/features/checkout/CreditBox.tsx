import { Wallet } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/format";
import { Checkbox, Field, MoneyInput } from "@/shared/kit";
import type { CreditChoice } from "./useCredit";

/** Store credit beside the card: all that there is, or less; the rest is named. */
export function CreditBox({ credit }: { credit: CreditChoice }) {
  const { t } = useTranslation("checkout");
  const { money } = useFormat();
  if (!credit.most) return null;
  return (
    <section aria-label={t("credit")} className="mb-4 rounded-lg border bg-surface p-4">
      <div className="flex items-start gap-3">
        <Wallet aria-hidden className="mt-0.5 size-5 shrink-0 text-muted" />
        <div className="min-w-0 grow">
          <Checkbox
            checked={credit.on}
            onChange={credit.turn}
            label={t("credit_use")}
            hint={t("credit_there", { amount: money(credit.free) })}
          />
          {credit.on && (
            <div className="mt-3 flex flex-wrap items-end gap-x-6 gap-y-3">
              <Field
                label={t("credit_amount")}
                error={credit.wrong ? t("credit_wrong", { most: money(credit.most) }) : undefined}
              >
                <MoneyInput
                  className="w-40"
                  currency={credit.free.currency}
                  value={credit.typed}
                  onChange={credit.type}
                />
              </Field>
              {credit.rest && (
                <p className="pb-2 figures text-base text-muted">
                  {credit.rest.amount > 0
                    ? t("credit_rest", { amount: money(credit.rest) })
                    : t("credit_all")}
                </p>
              )}
            </div>
          )}
        </div>
      </div>
    </section>
  );
}
