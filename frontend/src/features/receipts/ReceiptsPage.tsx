import { Landmark, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { ListReceiptsParams, ReceiptOut } from "@/shared/api/generated/model";
import { useListReceipts } from "@/shared/api/generated/receipts/receipts";
import { useFormat } from "@/shared/format";
import { Button, Card, EmptyState, PagedTable, PageHead, Tabs, useCursor, type Column } from "@/shared/kit";
import { MarketplaceFilter } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";
import { ReceiptState } from "./looks";
import { RecordReceipt } from "./RecordReceipt";
import { WaitingOrders } from "./WaitingOrders";

const STATES = ["open", "kept", "settled"] as const;

/** What came without a gateway and what became of it; and the orders whose money has not come. */
export function ReceiptsPage() {
  const { t } = useTranslation("receipts");
  const { cursor, next, onPrevious, reset } = useCursor();
  const [show, setShow] = useFilter("show", reset);
  const [tenant, setTenant] = useFilter("marketplace", reset);
  const [recording, setRecording] = useState(false);
  const isWaiting = show === "waiting";
  const receipts = useListReceipts(
    {
      limit: 25,
      ...(show && !isWaiting ? { state: show as NonNullable<ListReceiptsParams["state"]> } : {}),
      ...(tenant ? { tenant } : {}),
      ...(cursor ? { cursor } : {}),
    },
    { query: { placeholderData: (before) => before, enabled: !isWaiting } },
  );
  const columns = useColumns();
  return (
    <>
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={
          <Button tone="primary" onClick={() => setRecording(true)}>
            <Plus />
            {t("record")}
          </Button>
        }
      />
      <Card flush>
        <Tabs
          label={t("which")}
          value={show || "all"}
          onChange={(value) => setShow(value === "all" ? "" : value)}
          tabs={[
            { value: "all", label: t("all") },
            ...STATES.map((value) => ({ value, label: t(`tab_${value}`) })),
            { value: "waiting", label: t("tab_waiting") },
          ]}
          aside={
            <MarketplaceFilter value={tenant} onChange={setTenant} className="w-44! border-transparent!" />
          }
        />
        {isWaiting ? (
          <WaitingOrders tenant={tenant} />
        ) : (
          <PagedTable
            pages={receipts}
            next={next}
            onPrevious={onPrevious}
            label={t("title")}
            columns={columns}
            rowKey={(row) => row.id}
            empty={
              <EmptyState icon={<Landmark />} title={show || tenant ? t("none_here_title") : t("none_title")}>
                {show || tenant ? t("none_here") : t("none")}
              </EmptyState>
            }
          />
        )}
      </Card>
      {recording && <RecordReceipt tenant={tenant} onClose={() => setRecording(false)} />}
    </>
  );
}

function useColumns(): Column<ReceiptOut>[] {
  const { t } = useTranslation("receipts");
  const { money, day } = useFormat();
  return [
    {
      id: "reference",
      header: t("reference"),
      cell: (row) => (
        <Link
          to={`/finance/suspense/${row.id}`}
          className="font-semibold underline-offset-4 hover:text-accent hover:underline"
        >
          <span dir="auto" className="block max-w-40 truncate">
            {row.reference}
          </span>
          <span className="mt-1.5 block font-normal sm:hidden">
            <ReceiptState receipt={row} />
          </span>
        </Link>
      ),
    },
    {
      id: "words",
      header: t("words"),
      from: "lg",
      cell: (row) => (
        <span dir="auto" className="block max-w-60 truncate text-muted">
          {row.words || "–"}
        </span>
      ),
    },
    {
      id: "order",
      header: t("order"),
      from: "md",
      cell: (row) =>
        row.order_id ? (
          <Link
            to={`/finance/trails/${row.order_id}`}
            dir="ltr"
            className="font-mono text-xs text-muted underline-offset-4 hover:text-accent hover:underline"
          >
            {row.order_id}
          </Link>
        ) : (
          <span className="text-muted">–</span>
        ),
    },
    {
      id: "day",
      header: t("valued_on"),
      from: "md",
      cell: (row) => <span className="figures whitespace-nowrap text-muted">{day(row.valued_on)}</span>,
    },
    {
      id: "amount",
      header: t("amount"),
      align: "end",
      cell: (row) => <b className="font-semibold">{money(row.received)}</b>,
    },
    {
      id: "state",
      header: t("state"),
      align: "end",
      from: "sm",
      cell: (row) => <ReceiptState receipt={row} />,
    },
  ];
}
