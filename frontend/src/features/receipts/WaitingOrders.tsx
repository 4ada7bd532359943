import { CircleCheck, CircleOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { WaitingOut, WaitingSumOut } from "@/shared/api/generated/model";
import { useListWaitingOrders } from "@/shared/api/generated/receipts/receipts";
import { useFormat } from "@/shared/format";
import { Button, Chip, EmptyState, LoadError, Table, type Column, type StateTone } from "@/shared/kit";
import { GiveUpDialog } from "@/shared/ledger";

const TONES: Record<WaitingOut["bucket"], StateTone> = {
  not_due: "neutral",
  "0-30": "info",
  "31-60": "warning",
  "61-90": "warning",
  "90+": "negative",
};

/** Orders whose money has not come, by how late they are, with what is missing of them in each currency. */
export function WaitingOrders({ tenant }: { tenant: string }) {
  const { t } = useTranslation("receipts");
  const waiting = useListWaitingOrders(tenant ? { tenant } : {}, {
    query: { placeholderData: (before) => before },
  });
  const [ending, setEnding] = useState<WaitingOut>();
  const columns = useColumns(setEnding);
  if (waiting.isError) return <LoadError problem={waiting.error} onRetry={waiting.refetch} />;
  return (
    <>
      {waiting.data && waiting.data.data.length > 0 && <Ages sums={waiting.data.sums} />}
      <Table
        label={t("tab_waiting")}
        columns={columns}
        rows={waiting.data?.data}
        rowKey={(row) => row.order_id}
        empty={
          <EmptyState icon={<CircleCheck />} title={t("none_waits_title")}>
            {t("none_waits")}
          </EmptyState>
        }
      />
      {ending && (
        <GiveUpDialog orderId={ending.order_id} amount={ending.due} onClose={() => setEnding(undefined)} />
      )}
    </>
  );
}

function Ages({ sums }: { sums: WaitingSumOut[] }) {
  const { t } = useTranslation("receipts");
  const { money } = useFormat();
  const currencies = [...new Set(sums.map(({ missing }) => missing.currency))];
  return (
    <div className="grid gap-4 border-b border-line p-4">
      {currencies.map((currency) => (
        <dl key={currency} className="grid grid-cols-2 gap-3 sm:grid-cols-5">
          {sums
            .filter(({ missing }) => missing.currency === currency)
            .map(({ bucket, missing, orders }) => (
              <div key={bucket}>
                <dt className="text-sm text-muted">{t(`bucket_${bucket}`)}</dt>
                <dd className="figures font-semibold">{money(missing)}</dd>
                <dd className="text-xs text-muted">{t("orders", { count: orders })}</dd>
              </div>
            ))}
        </dl>
      ))}
    </div>
  );
}

function useColumns(onGiveUp: (row: WaitingOut) => void): Column<WaitingOut>[] {
  const { t } = useTranslation("receipts");
  const { t: words } = useTranslation("ledger");
  const { money, day } = useFormat();
  return [
    {
      id: "order",
      header: t("order"),
      cell: (row) => (
        <Link
          to={`/finance/trails/${row.order_id}`}
          className="font-semibold underline-offset-4 hover:text-accent hover:underline"
        >
          <span dir="ltr" className="font-mono text-xs">
            {row.order_id}
          </span>
          <span className="mt-1.5 block font-normal sm:hidden">
            <Age row={row} />
          </span>
        </Link>
      ),
    },
    {
      id: "buyer",
      header: t("buyer"),
      from: "lg",
      cell: (row) => <span className="text-muted">{row.buyer}</span>,
    },
    {
      id: "method",
      header: t("method"),
      from: "md",
      cell: (row) => <span className="text-muted">{words(`method.${row.method}`)}</span>,
    },
    {
      id: "due_at",
      header: t("due_at"),
      from: "md",
      cell: (row) => (
        <span className="figures whitespace-nowrap text-muted">{row.due_at ? day(row.due_at) : "–"}</span>
      ),
    },
    {
      id: "due",
      header: t("due"),
      align: "end",
      cell: (row) => (
        <>
          <b className="font-semibold">{money(row.due)}</b>
          {row.kept.amount > 0 && (
            <span className="block text-xs text-muted">
              {t("partly_paid", { kept: money(row.kept), due: money(row.due) })}
            </span>
          )}
        </>
      ),
    },
    { id: "age", header: t("age"), align: "end", from: "sm", cell: (row) => <Age row={row} /> },
    {
      id: "give_up",
      header: "",
      align: "end",
      cell: (row) => (
        <Button size="sm" onClick={() => onGiveUp(row)}>
          <CircleOff aria-hidden className="sm:hidden" />
          <span className="max-sm:sr-only">{words("give_up")}</span>
        </Button>
      ),
    },
  ];
}

function Age({ row }: { row: WaitingOut }) {
  const { t } = useTranslation("receipts");
  return <Chip tone={TONES[row.bucket]}>{t(`bucket_${row.bucket}`)}</Chip>;
}
