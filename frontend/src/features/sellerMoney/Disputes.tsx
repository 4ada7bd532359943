import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useSellerDisputes } from "@/shared/api/generated/disputes/disputes";
import type { SellerDisputeOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Card, LoadError } from "@/shared/kit";
import { DisputeState, useDisputeWords } from "@/shared/ledger";

/** What of the seller's money is held or was lost because a buyer's bank took a payment back; nothing where there was none. */
export function Disputes({ sellerId }: { sellerId: string }) {
  const { t } = useTranslation("sellerMoney");
  const disputes = useSellerDisputes(sellerId);
  if (disputes.isError) return <LoadError problem={disputes.error} onRetry={disputes.refetch} />;
  if (!disputes.data || disputes.data.disputes.length === 0) return null;
  return (
    <Card title={t("disputes")} className="mt-6">
      <p className="mb-2 max-w-prose text-sm text-muted">{t("disputes_lead")}</p>
      <ul className="divide-y divide-line">
        {disputes.data.disputes.map((one) => (
          <Dispute key={`${one.id} ${one.seller_order_id}`} one={one} sellerId={sellerId} />
        ))}
      </ul>
    </Card>
  );
}

function Dispute({ one, sellerId }: { one: SellerDisputeOut; sellerId: string }) {
  const { t } = useTranslation("sellerMoney");
  const { date, joined, money } = useFormat();
  const { reason } = useDisputeWords();
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 py-2.5">
      <span className="min-w-0">
        <Link
          to={`/seller/${sellerId}/orders/${one.seller_order_id}`}
          dir="ltr"
          className="font-mono text-xs hover:text-accent"
        >
          {one.seller_order_id}
        </Link>
        <span className="block text-sm text-muted">
          {joined([one.tenant.name, reason(one.reason), date(one.opened_at)])}
        </span>
      </span>
      <span className="flex items-center gap-3">
        <span className="text-end">
          <b className="figures font-semibold">{money(one.amount)}</b>
          <span className="block text-sm text-muted">{said(one, t, money)}</span>
        </span>
        <DisputeState state={one.state} />
      </span>
    </li>
  );
}

function said(
  one: SellerDisputeOut,
  t: (key: string, facts?: Record<string, string>) => string,
  money: (amount: SellerDisputeOut["held"]) => string,
): string {
  if (one.held.amount > 0) return t("dispute_held", { amount: money(one.held) });
  return one.owed.amount > 0 ? t("dispute_owed", { amount: money(one.owed) }) : "";
}
