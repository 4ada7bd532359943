import { Equal, EqualNot, Scale } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import { useTrialBalance } from "@/shared/api/generated/finance/finance";
import type { TrialBalanceOut, TrialRowOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Card, Chip, EmptyState, Input, LoadError, PageHead, Table, type Column } from "@/shared/kit";
import { MarketplaceFilter } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";
import { CurrencyFilter } from "./Filters";
import { AccountName } from "./AccountName";

/** What stands on every account of a currency at the end of a day, and that both sides are equal. */
export function TrialBalancePage() {
  const { t } = useTranslation("books");
  const navigate = useNavigate();
  const [tenant, setTenant] = useFilter("marketplace");
  const [currency, setCurrency] = useFilter("currency");
  const [day, setDay] = useFilter("day");
  const books = useTrialBalance(
    {
      ...(tenant ? { tenant } : {}),
      ...(currency ? { currency } : {}),
      ...(day ? { at: endOf(day) } : {}),
    },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns(!tenant, day);
  return (
    <>
      <PageHead title={t("trial_balance")} lead={t("trial_lead")} />
      <Card flush>
        <div className="flex flex-wrap items-center gap-2.5 border-b border-line px-[18px] py-3">
          <MarketplaceFilter value={tenant} onChange={setTenant} />
          <CurrencyFilter
            value={currency || (books.data?.currency ?? "")}
            onChange={setCurrency}
            currencies={books.data?.currencies ?? []}
          />
          <Input
            type="date"
            aria-label={t("day")}
            className="w-40!"
            max={new Date().toISOString().slice(0, 10)}
            value={day}
            onChange={(event) => setDay(event.target.value)}
          />
          {books.data && <Balanced books={books.data} />}
        </div>
        {books.isError ? (
          <LoadError problem={books.error} onRetry={books.refetch} />
        ) : (
          <Table
            dense
            label={t("trial_balance")}
            columns={columns}
            rows={books.data?.rows}
            rowKey={(row) => row.account_id}
            rowName={(row) => `${row.code} ${row.name}`}
            onOpen={(row) => navigate(statementOf(row, day))}
            empty={
              <EmptyState icon={<Scale />} title={t("no_postings_title")}>
                {t("no_postings")}
              </EmptyState>
            }
            footer={books.data && <Sums books={books.data} />}
          />
        )}
      </Card>
    </>
  );
}

function Balanced({ books }: { books: TrialBalanceOut }) {
  const { t } = useTranslation("books");
  return (
    <span role="status" className="ms-auto">
      <Chip tone={books.balanced ? "positive" : "negative"} icon={books.balanced ? <Equal /> : <EqualNot />}>
        {books.balanced ? t("balanced") : t("unbalanced")}
      </Chip>
    </span>
  );
}

function Sums({ books }: { books: TrialBalanceOut }) {
  const { t } = useTranslation("books");
  const { money } = useFormat();
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-1">
      <div className="flex gap-2">
        <dt>{t("debit")}</dt>
        <dd className="figures font-semibold text-text">{money(books.debit)}</dd>
      </div>
      <div className="flex gap-2">
        <dt>{t("credit")}</dt>
        <dd className="figures font-semibold text-text">{money(books.credit)}</dd>
      </div>
    </dl>
  );
}

function useColumns(withMarketplace: boolean, day: string): Column<TrialRowOut>[] {
  const { t } = useTranslation("books");
  const { amount } = useFormat();
  const figure = (money: TrialRowOut["debit"]) =>
    money.amount === 0 ? <span className="text-muted">–</span> : amount(money);
  return [
    {
      id: "account",
      header: t("account"),
      cell: (row) => (
        <Link to={statementOf(row, day)} className="hover:text-accent">
          <AccountName {...row} />
        </Link>
      ),
    },
    {
      id: "class",
      header: t("class"),
      from: "lg",
      cell: (row) => (
        <span className="text-muted">{t(`class_${row.class}`, { defaultValue: row.class })}</span>
      ),
    },
    ...(withMarketplace
      ? [
          {
            id: "marketplace",
            header: t("marketplace"),
            from: "md" as const,
            cell: (row: TrialRowOut) => <span className="text-muted">{row.tenant.name}</span>,
          },
        ]
      : []),
    { id: "debit", header: t("debit"), align: "end", from: "sm", cell: (row) => figure(row.debit) },
    { id: "credit", header: t("credit"), align: "end", from: "sm", cell: (row) => figure(row.credit) },
    {
      id: "balance",
      header: t("balance"),
      align: "end",
      cell: (row) => <b className="font-semibold">{amount(row.balance)}</b>,
    },
  ];
}

/** What led to the balance: the account's statement of the month up to that day, or up to now. */
function statementOf(row: TrialRowOut, day: string): string {
  const statement = `/finance/accounts/${row.account_id}`;
  return day ? `${statement}?from=${day.slice(0, 8)}01&to=${day}` : statement;
}

/** The last moment of a day where the reader is. */
function endOf(day: string): string {
  return new Date(`${day}T23:59:59.999`).toISOString();
}
