import { Send } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { ListTransfersParams, TransferOut } from "@/shared/api/generated/model";
import { useListTransfers } from "@/shared/api/generated/transfers/transfers";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  Chip,
  CopyId,
  EmptyState,
  PagedTable,
  PageHead,
  Tabs,
  useCursor,
  type Column,
  type StateTone,
} from "@/shared/kit";
import { MarketplaceFilter } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";
import { TransferDrawer } from "./TransferDrawer";

const TONES: Record<TransferOut["state"], StateTone> = {
  to_make: "warning",
  awaiting_second: "info",
  sent: "positive",
  failed: "neutral",
};

/** What no gateway can give back: to whom, how much, and whether the bank has sent it. */
export function TransfersPage() {
  const { t } = useTranslation("transfers");
  const { cursor, next, onPrevious, reset } = useCursor();
  const [state, setState] = useFilter("state", reset);
  const [tenant, setTenant] = useFilter("marketplace", reset);
  const [opened, setOpened] = useState<TransferOut>();
  const transfers = useListTransfers(
    {
      limit: 25,
      ...(state ? { state: state as NonNullable<ListTransfersParams["state"]> } : {}),
      ...(tenant ? { tenant } : {}),
      ...(cursor ? { cursor } : {}),
    },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns(setOpened);
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <Card flush>
        <Tabs
          label={t("which")}
          value={state || "open"}
          onChange={(value) => setState(value === "open" ? "" : value)}
          tabs={[
            { value: "open", label: t("tab_open") },
            { value: "sent", label: t("state_sent") },
            { value: "failed", label: t("state_failed") },
          ]}
          aside={
            <MarketplaceFilter value={tenant} onChange={setTenant} className="w-44! border-transparent!" />
          }
        />
        <PagedTable
          pages={transfers}
          next={next}
          onPrevious={onPrevious}
          label={t("title")}
          columns={columns}
          rowKey={(row) => row.id}
          empty={
            <EmptyState icon={<Send />} title={t("none_title")}>
              {t("none")}
            </EmptyState>
          }
        />
      </Card>
      {opened && <TransferDrawer key={opened.id} transfer={opened} onClose={() => setOpened(undefined)} />}
    </>
  );
}

function useColumns(onOpen: (row: TransferOut) => void): Column<TransferOut>[] {
  const { t } = useTranslation("transfers");
  const { money, day } = useFormat();
  return [
    {
      id: "payee",
      header: t("payee"),
      cell: (row) => (
        <>
          <button
            type="button"
            dir="auto"
            className="block text-start font-semibold underline-offset-4 hover:text-accent hover:underline"
            onClick={() => onOpen(row)}
          >
            {row.payee?.holder ?? t("no_payee")}
          </button>
          {row.payee && <CopyId id={row.payee.iban} />}
          <span className="mt-1.5 block sm:hidden">
            <State row={row} />
          </span>
        </>
      ),
    },
    {
      id: "for",
      header: t("for"),
      from: "lg",
      cell: (row) => (
        <Link
          to={
            row.order_id ? `/finance/trails/${row.order_id}` : `/finance/suspense/${row.about.split(":")[0]}`
          }
          dir="ltr"
          className="font-mono text-xs text-muted underline-offset-4 hover:text-accent hover:underline"
        >
          {row.order_id ?? row.about.split(":")[0]}
        </Link>
      ),
    },
    {
      id: "since",
      header: t("since"),
      from: "md",
      cell: (row) => (
        <span className="figures whitespace-nowrap text-muted">{day(row.sent_on ?? row.asked_at)}</span>
      ),
    },
    {
      id: "amount",
      header: t("amount"),
      align: "end",
      cell: (row) => <b className="font-semibold">{money(row.amount)}</b>,
    },
    { id: "state", header: t("state"), align: "end", from: "sm", cell: (row) => <State row={row} /> },
    {
      id: "open",
      header: "",
      align: "end",
      from: "sm",
      cell: (row) => (
        <Button size="sm" onClick={() => onOpen(row)}>
          {t(row.state === "to_make" ? "open" : "see")}
        </Button>
      ),
    },
  ];
}

function State({ row }: { row: TransferOut }) {
  const { t } = useTranslation("transfers");
  return <Chip tone={TONES[row.state]}>{t(`state_${row.state}`)}</Chip>;
}
