import { Wallet } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useReadCredit } from "@/shared/api/generated/account/account";
import type { CreditMoveOut, CreditOut } from "@/shared/api/generated/model";
import { useReadStorefront } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import { Card, EmptyState, LoadError, Skeleton, Tabs } from "@/shared/kit";

/** What a buyer may spend in this marketplace beside a card, and every way in which it came and went. */
export function CreditPage() {
  const { t } = useTranslation("account");
  const { money } = useFormat();
  const shownIn = useReadStorefront().data?.shown_in;
  const [chosen, choose] = useState<string>();
  const currency = chosen ?? shownIn;
  const credit = useReadCredit(currency ? { currency } : {}, { query: { placeholderData: (last) => last } });
  return (
    <>
      <h1 className="mb-5 heading text-2xl">{t("credit")}</h1>
      <Card flush>
        {credit.isPending && <Skeleton className="m-5 h-24" />}
        {credit.isError && <LoadError problem={credit.error} onRetry={credit.refetch} />}
        {credit.data && (
          <>
            <Currencies credit={credit.data} onChoose={choose} />
            <div className="px-5 py-4">
              <p className="figures text-3xl font-bold">{money(credit.data.free)}</p>
              <p className="mt-1 text-base text-muted">
                {credit.data.held.amount > 0
                  ? t("credit_held", { amount: money(credit.data.held) })
                  : t("credit_lead")}
              </p>
            </div>
            {credit.data.history.length === 0 ? (
              <EmptyState icon={<Wallet />} title={t("no_credit_title")}>
                {t("no_credit")}
              </EmptyState>
            ) : (
              <ul aria-label={t("credit_history")} className="divide-y divide-line border-t border-line">
                {credit.data.history.map((move) => (
                  <Move key={`${move.at}-${move.kind}-${move.amount.amount}`} move={move} />
                ))}
              </ul>
            )}
          </>
        )}
      </Card>
    </>
  );
}

/** Each balance by itself, where there are several: amounts of two currencies are never added. */
function Currencies({ credit, onChoose }: { credit: CreditOut; onChoose: (currency: string) => void }) {
  const { t } = useTranslation("account");
  const { money } = useFormat();
  if (credit.others.length === 0) return null;
  const every = [credit.balance, ...credit.others].sort((one, other) =>
    one.currency.localeCompare(other.currency),
  );
  return (
    <>
      <Tabs
        label={t("credit_currencies")}
        value={credit.balance.currency}
        onChange={onChoose}
        tabs={every.map((one) => ({ value: one.currency, label: money(one) }))}
      />
      <p className="px-5 pt-4 text-sm text-muted">{t("credit_own_currency")}</p>
    </>
  );
}

function Move({ move }: { move: CreditMoveOut }) {
  const { t } = useTranslation("account");
  const { money, dateTime } = useFormat();
  const spent = move.amount.amount < 0;
  const amount = { ...move.amount, amount: Math.abs(move.amount.amount) };
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1 px-5 py-3.5 text-base">
      <span className="min-w-0">
        <span className="block font-medium">
          {move.order_id ? (
            <Link to={`/orders/${move.order_id}`} className="hover:text-accent">
              {t(`credit_${move.kind}`)}
            </Link>
          ) : (
            t(`credit_${move.kind}`)
          )}
        </span>
        <span className="block text-sm text-muted">{dateTime(move.at)}</span>
      </span>
      <span className={`figures font-semibold ${spent ? "" : "text-positive"}`}>
        {spent ? "−" : "+"} {money(amount)}
      </span>
    </li>
  );
}
