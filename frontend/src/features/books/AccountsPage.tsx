import { BookOpen, Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import { useListAccounts } from "@/shared/api/generated/finance/finance";
import type { LedgerAccountOut } from "@/shared/api/generated/model";
import { useListMarketplaces } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import { Card, EmptyState, Input, PageHead, useCursor, type Column, PagedTable } from "@/shared/kit";
import { MarketplaceFilter } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";
import { useLate } from "@/shared/useLate";
import { AccountName } from "./AccountName";
import { CurrencyFilter } from "./Filters";

/** Every account of the ledger with what stands on it now. */
export function AccountsPage() {
  const { t } = useTranslation("books");
  const navigate = useNavigate();
  const { cursor, next, onPrevious, reset } = useCursor();
  const [q, setQ] = useFilter("q", reset);
  const [tenant, setTenant] = useFilter("marketplace", reset);
  const [currency, setCurrency] = useFilter("currency", reset);
  const markets = useListMarketplaces({ query: { staleTime: Infinity } });
  const asked = useLate(q);
  const accounts = useListAccounts(
    {
      q: asked,
      limit: 25,
      ...(tenant ? { tenant } : {}),
      ...(currency ? { currency } : {}),
      ...(cursor ? { cursor } : {}),
    },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns();
  return (
    <>
      <PageHead title={t("accounts")} lead={t("accounts_lead")} />
      <Card flush>
        <div className="flex flex-wrap gap-2.5 border-b border-line px-[18px] py-3">
          <div className="min-w-48 grow sm:max-w-sm">
            <Input
              type="search"
              aria-label={t("search_accounts")}
              placeholder={t("search_accounts")}
              leading={<Search aria-hidden />}
              value={q}
              onChange={(event) => setQ(event.target.value)}
            />
          </div>
          <MarketplaceFilter value={tenant} onChange={setTenant} />
          <CurrencyFilter
            all
            value={currency}
            onChange={setCurrency}
            currencies={[...new Set(markets.data?.data.flatMap((market) => market.currencies))]}
          />
        </div>
        <PagedTable
          pages={accounts}
          next={next}
          onPrevious={onPrevious}
          dense
          label={t("accounts")}
          columns={columns}
          rowKey={(row) => row.id}
          rowName={(row) => `${row.code} ${row.name}`}
          onOpen={(row) => navigate(`/finance/accounts/${row.id}`)}
          empty={
            <EmptyState icon={<BookOpen />} title={t("no_accounts_title")}>
              {t("no_accounts")}
            </EmptyState>
          }
        />
      </Card>
    </>
  );
}

function useColumns(): Column<LedgerAccountOut>[] {
  const { t } = useTranslation("books");
  const { money } = useFormat();
  return [
    {
      id: "account",
      header: t("account"),
      cell: (row) => (
        <Link to={`/finance/accounts/${row.id}`} className="hover:text-accent">
          <AccountName {...row} />
        </Link>
      ),
    },
    {
      id: "class",
      header: t("class"),
      from: "md",
      cell: (row) => (
        <span className="text-muted">{t(`class_${row.class}`, { defaultValue: row.class })}</span>
      ),
    },
    {
      id: "marketplace",
      header: t("marketplace"),
      from: "sm",
      cell: (row) => <span className="text-muted">{row.tenant.name}</span>,
    },
    {
      id: "balance",
      header: t("balance"),
      align: "end",
      cell: (row) => <b className="font-semibold">{money(row.balance)}</b>,
    },
  ];
}
