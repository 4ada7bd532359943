import { Banknote, Download, Wallet } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router-dom";
import type { SellerAccountOut, SellerPayoutOut } from "@/shared/api/generated/model";
import { useSellerBalance, useSellerPayouts } from "@/shared/api/generated/payouts/payouts";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  Chip,
  CopyId,
  EmptyState,
  Fact,
  Facts,
  LoadError,
  PageHead,
  Skeleton,
  useCursor,
  type Column,
  type StateTone,
  PagedTable,
} from "@/shared/kit";
import { Disputes } from "./Disputes";

const TONES: Record<string, StateTone> = {
  reserved: "info",
  submitted: "info",
  unknown: "warning",
  paid: "positive",
  failed: "negative",
};

/** What the seller has in each marketplace, what is coming, and what was paid out. */
export function BalancePage() {
  const { t } = useTranslation("sellerMoney");
  const { sellerId = "" } = useParams();
  const balance = useSellerBalance(sellerId);
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      {balance.isPending && (
        <div role="status" aria-label={t("loading")} className="grid gap-4 lg:grid-cols-2 xl:grid-cols-3">
          <Skeleton className="h-72 w-full rounded-lg!" />
          <Skeleton className="h-72 w-full rounded-lg!" />
        </div>
      )}
      {balance.isError && <LoadError problem={balance.error} onRetry={balance.refetch} />}
      {balance.data?.accounts.length === 0 && (
        <Card>
          <EmptyState icon={<Wallet />} title={t("no_money_title")}>
            {t("no_money")}
          </EmptyState>
        </Card>
      )}
      <div className="grid gap-4 lg:grid-cols-2 xl:grid-cols-3">
        {balance.data?.accounts.map((account) => (
          <Account key={`${account.tenant.slug} ${account.currency}`} account={account} sellerId={sellerId} />
        ))}
      </div>
      <Disputes sellerId={sellerId} />
      <Payouts sellerId={sellerId} />
    </>
  );
}

function Account({ account, sellerId }: { account: SellerAccountOut; sellerId: string }) {
  const { t } = useTranslation("sellerMoney");
  const { money, date } = useFormat();
  return (
    <Card title={account.tenant.name} aside={account.currency}>
      <p className="text-sm text-muted">{t("available")}</p>
      <p className="figures text-[1.625rem] leading-9 font-semibold tracking-tight">
        {money(account.available)}
      </p>
      <Facts className="mt-2">
        <Fact name={t("on_hold")}>{money(account.on_hold)}</Fact>
        {account.coming.slice(0, 3).map(({ at, amount }) => (
          <Fact key={at} name={t("coming", { date: date(at) })}>
            {money(amount)}
          </Fact>
        ))}
        <Fact name={t("on_its_way")}>{money(account.on_its_way)}</Fact>
        <Fact name={t("paid")}>{money(account.paid)}</Fact>
      </Facts>
      <Button asChild size="sm" className="mt-3">
        <a
          href={`/api/v1/seller/${sellerId}/statement.csv?tenant=${encodeURIComponent(account.tenant.slug)}&currency=${account.currency}`}
          download
        >
          <Download aria-hidden />
          {t("statement")}
        </a>
      </Button>
    </Card>
  );
}

function Payouts({ sellerId }: { sellerId: string }) {
  const { t } = useTranslation("sellerMoney");
  const { cursor, next, onPrevious } = useCursor();
  const payouts = useSellerPayouts(
    sellerId,
    { limit: 10, ...(cursor ? { cursor } : {}) },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns();
  return (
    <Card title={t("payouts")} flush className="mt-6">
      <PagedTable
        pages={payouts}
        next={next}
        onPrevious={onPrevious}
        dense
        label={t("payouts")}
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

function useColumns(): Column<SellerPayoutOut>[] {
  const { t } = useTranslation("sellerMoney");
  const { money, date } = useFormat();
  return [
    { id: "id", header: t("payout"), from: "md", cell: (row) => <CopyId id={row.id} /> },
    {
      id: "marketplace",
      header: t("marketplace"),
      cell: (row) => <span className="font-medium">{row.tenant.name}</span>,
    },
    {
      id: "created",
      header: t("created"),
      from: "sm",
      cell: (row) => <span className="figures text-muted">{date(row.created_at)}</span>,
    },
    {
      id: "arrived",
      header: t("arrived"),
      from: "md",
      cell: (row) => (
        <span className="figures text-muted">{row.paid_at ? date(row.paid_at) : row.reason || "–"}</span>
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
