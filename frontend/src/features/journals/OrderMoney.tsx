import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useListJournals, useReadTrail } from "@/shared/api/generated/finance/finance";
import { useFormat } from "@/shared/format";
import { Button, Card, LoadError, Skeleton } from "@/shared/kit";
import { useLedgerWords, WhereMoneyIs } from "@/shared/ledger";

/** Where all of the order's money is, and its other journals. */
export function OrderMoney({ orderId, journalId }: { orderId: string; journalId: string }) {
  const { t } = useTranslation("journals");
  const trail = useReadTrail(orderId, { query: { retry: false } });
  return (
    <Card
      title={t("whole_order")}
      aside={
        trail.data && (
          <Button size="sm" asChild>
            <Link to={`/finance/trails/${orderId}`}>{t("to_trail")}</Link>
          </Button>
        )
      }
    >
      {trail.isPending && <Skeleton className="h-44 w-full" />}
      {trail.data && trail.data.where.links.length > 0 && (
        <WhereMoneyIs
          where={trail.data.where}
          currency={trail.data.currency}
          toCome={trail.data.totals.charged.amount === 0}
        />
      )}
      <Siblings orderId={orderId} journalId={journalId} />
    </Card>
  );
}

function Siblings({ orderId, journalId }: { orderId: string; journalId: string }) {
  const { t } = useTranslation("journals");
  const { amount, dateTime } = useFormat();
  const { journal } = useLedgerWords();
  const journals = useListJournals({ q: orderId, limit: 50 });
  if (journals.isError) return <LoadError problem={journals.error} onRetry={journals.refetch} />;
  return (
    <ol aria-label={t("whole_order")} className="mt-2 divide-y divide-line border-t border-line">
      {journals.data?.data.map((one) => (
        <li key={one.id} className="flex flex-wrap items-baseline justify-between gap-x-4 py-2">
          <Link
            to={`/finance/journals/${one.id}`}
            aria-current={one.id === journalId ? "true" : undefined}
            className="font-medium hover:text-accent aria-[current]:text-accent"
          >
            {journal(one.kind)}
          </Link>
          <span className="flex gap-4 text-sm text-muted">
            <span className="figures max-sm:hidden">{dateTime(one.recorded_at)}</span>
            <b className="figures font-semibold text-text">{amount(one.total)}</b>
          </span>
        </li>
      ))}
    </ol>
  );
}
