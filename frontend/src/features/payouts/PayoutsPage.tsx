import { useQueryClient } from "@tanstack/react-query";
import { Banknote, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOnce } from "@/shared/api";
import type { FinancePayoutOut, ListPayoutsParams } from "@/shared/api/generated/model";
import {
  getListPayoutsQueryKey,
  startPayoutRun,
  useListPayouts,
} from "@/shared/api/generated/payouts/payouts";
import { useListMarketplaces } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  Chip,
  CopyId,
  Dialog,
  EmptyState,
  Notice,
  PageHead,
  RadioCards,
  Tabs,
  toast,
  useCursor,
  type Column,
  type StateTone,
  PagedTable,
} from "@/shared/kit";
import { MarketplaceFilter } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";

const STATES = ["reserved", "submitted", "unknown", "paid", "failed"] as const;
const TONES: Record<string, StateTone> = {
  reserved: "info",
  submitted: "info",
  unknown: "warning",
  paid: "positive",
  failed: "negative",
};

/** What went out to sellers and what is on its way; starts a run. */
export function PayoutsPage() {
  const { t } = useTranslation("payouts");
  const [running, setRunning] = useState(false);
  return (
    <>
      <PageHead
        title={t("title")}
        lead={t("lead")}
        actions={
          <Button tone="primary" onClick={() => setRunning(true)}>
            <Play />
            {t("run")}
          </Button>
        }
      />
      <PayoutList />
      {running && <RunDialog onClose={() => setRunning(false)} />}
    </>
  );
}

function PayoutList() {
  const { t } = useTranslation("payouts");
  const { cursor, next, onPrevious, reset } = useCursor();
  const [state, setState] = useFilter("state", reset);
  const [tenant, setTenant] = useFilter("marketplace", reset);
  const payouts = useListPayouts(
    {
      limit: 25,
      ...(state ? { state: state as NonNullable<ListPayoutsParams["state"]> } : {}),
      ...(tenant ? { tenant } : {}),
      ...(cursor ? { cursor } : {}),
    },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns();
  return (
    <Card flush>
      <Tabs
        label={t("state")}
        value={state || "all"}
        onChange={(value) => setState(value === "all" ? "" : value)}
        tabs={[
          { value: "all", label: t("all") },
          ...STATES.map((value) => ({ value, label: t(`state_${value}`) })),
        ]}
        aside={
          <MarketplaceFilter value={tenant} onChange={setTenant} className="w-44! border-transparent!" />
        }
      />
      <PagedTable
        pages={payouts}
        next={next}
        onPrevious={onPrevious}
        label={t("title")}
        columns={columns}
        rowKey={(row) => row.id}
        empty={
          <EmptyState icon={<Banknote />} title={t("none_title")}>
            {t("none")}
          </EmptyState>
        }
      />
    </Card>
  );
}

function useColumns(): Column<FinancePayoutOut>[] {
  const { t } = useTranslation("payouts");
  const { money, dateTime } = useFormat();
  return [
    { id: "id", header: t("payout"), from: "md", cell: (row) => <CopyId id={row.id} /> },
    {
      id: "seller",
      header: t("seller"),
      cell: (row) => <span className="font-semibold">{row.seller.name}</span>,
    },
    {
      id: "marketplace",
      header: t("marketplace"),
      from: "sm",
      cell: (row) => <span className="text-muted">{row.tenant.name}</span>,
    },
    {
      id: "created",
      header: t("created"),
      from: "lg",
      cell: (row) => <span className="figures whitespace-nowrap text-muted">{dateTime(row.created_at)}</span>,
    },
    {
      id: "reference",
      header: t("reference"),
      from: "lg",
      cell: (row) =>
        row.reason ? (
          <span className="text-negative">{row.reason}</span>
        ) : (
          <span className="font-mono text-xs text-muted">{row.bank_ref}</span>
        ),
    },
    {
      id: "amount",
      header: t("amount"),
      align: "end",
      cell: (row) => <b className="font-semibold">{money(row.amount)}</b>,
    },
    {
      id: "state",
      header: t("state"),
      align: "end",
      cell: (row) => (
        <Chip tone={TONES[row.state] ?? "neutral"}>
          {t(`state_${row.state}`, { defaultValue: row.state })}
        </Chip>
      ),
    },
  ];
}

function RunDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("payouts");
  const cache = useQueryClient();
  const markets = useListMarketplaces({ query: { staleTime: Infinity } });
  const [tenant, setTenant] = useState("");
  const run = useOnce((slug: string, once) => startPayoutRun({ tenant: slug }, once), {
    onSuccess: async ({ data }) => {
      await cache.invalidateQueries({ queryKey: getListPayoutsQueryKey() });
      toast({
        title: data.length > 0 ? t("ran", { count: data.length }) : t("ran_none"),
        tone: data.length > 0 ? "positive" : "neutral",
      });
      onClose();
    },
  });
  const name = markets.data?.data.find(({ slug }) => slug === tenant)?.name;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("run_title")}
      lead={t("run_lead")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button tone="primary" disabled={!tenant} busy={run.isPending} onClick={() => run.mutate(tenant)}>
            {name ? t("run_for", { name }) : t("run")}
          </Button>
        </>
      }
    >
      {run.isError && (
        <div className="mb-4">
          <Notice tone="negative" title={run.error.detail || run.error.message} />
        </div>
      )}
      <RadioCards
        aria-label={t("marketplace")}
        value={tenant}
        onChange={setTenant}
        options={(markets.data?.data ?? []).map((one) => ({
          value: one.slug,
          label: one.name,
          aside: one.currency,
        }))}
      />
    </Dialog>
  );
}
