import { Download, ReceiptText } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router-dom";
import { useAccountStatement } from "@/shared/api/generated/finance/finance";
import type { StatementLineOut, StatementOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  Chip,
  EmptyState,
  Input,
  PageHead,
  Skeleton,
  useCursor,
  PagedTable,
  type Column,
} from "@/shared/kit";
import { head, useLedgerWords } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";

/** Every posting of one account with the balance it left. */
export function StatementPage() {
  const { t } = useTranslation("books");
  const { accountId = "" } = useParams();
  const { cursor, next, onPrevious, reset } = useCursor();
  const [from, setFrom] = useFilter("from", reset);
  const [to, setTo] = useFilter("to", reset);
  const span = {
    ...(from ? { from: new Date(`${from}T00:00`).toISOString() } : {}),
    ...(to ? { to: dayAfter(to).toISOString() } : {}),
  };
  const statement = useAccountStatement(
    accountId,
    { ...span, limit: 50, ...(cursor ? { cursor } : {}) },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns();
  return (
    <>
      <Head statement={statement.data} csv={`${accountId}/statement.csv?${new URLSearchParams(span)}`} />
      <Card flush>
        <div className="flex flex-wrap items-center gap-2.5 border-b border-line px-[18px] py-3">
          <DayInput label={t("from")} value={from} onChange={setFrom} />
          <DayInput label={t("to")} value={to} onChange={setTo} />
          {statement.data && <Opening statement={statement.data} />}
        </div>
        <PagedTable
          pages={statement}
          next={next}
          onPrevious={onPrevious}
          dense
          label={t("statement")}
          columns={columns}
          rowKey={(line) => `${line.journal_id} ${line.line}`}
          empty={
            <EmptyState icon={<ReceiptText />} title={t("no_lines_title")}>
              {t("no_lines")}
            </EmptyState>
          }
        />
      </Card>
    </>
  );
}

/** When a day is over, where the reader is. */
function dayAfter(day: string): Date {
  const end = new Date(`${day}T00:00`);
  end.setDate(end.getDate() + 1);
  return end;
}

function Head({ statement, csv }: { statement: StatementOut | undefined; csv: string }) {
  const { t } = useTranslation("books");
  const { money } = useFormat();
  const { whole } = useLedgerWords();
  const account = statement?.account;
  const title = account && whole(account);
  return (
    <PageHead
      title={title ?? <Skeleton className="my-1.5 h-6 w-56" />}
      chip={account && <Chip>{t(`class_${account.class}`, { defaultValue: account.class })}</Chip>}
      lead={account && t("stands", { place: account.tenant.name, balance: money(account.balance) })}
      crumbs={
        <>
          <Link to="/finance/accounts" className="text-muted hover:text-text max-sm:hidden">
            {t("accounts")}
          </Link>
          <span aria-hidden className="text-muted max-sm:hidden">
            /
          </span>
          <span className="truncate font-mono text-xs">{account && head(account.code)}</span>
        </>
      }
      actions={
        <Button asChild>
          <a href={`/api/v1/finance/accounts/${csv}`} download>
            <Download aria-hidden />
            {t("download")}
          </a>
        </Button>
      }
    />
  );
}

function DayInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (day: string) => void;
}) {
  return (
    <label className="flex items-center gap-2 text-sm text-muted">
      {label}
      <Input type="date" className="w-40!" value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

function Opening({ statement }: { statement: StatementOut }) {
  const { t } = useTranslation("books");
  const { money } = useFormat();
  return (
    <p className="text-sm text-muted sm:ms-auto">
      {t("opening")} <b className="figures font-semibold text-text">{money(statement.opening)}</b>
    </p>
  );
}

function useColumns(): Column<StatementLineOut>[] {
  const { t } = useTranslation("books");
  const { amount, date, dateTime } = useFormat();
  const { coded, journal } = useLedgerWords();
  return [
    {
      id: "at",
      header: t("at"),
      from: "sm",
      cell: (line) => <span className="figures whitespace-nowrap text-muted">{dateTime(line.at)}</span>,
    },
    {
      id: "text",
      header: t("what"),
      cell: (line) => (
        <>
          <Link to={`/finance/journals/${line.journal_id}`} className="font-medium hover:text-accent">
            {journal(line.kind)}
          </Link>
          <span className="block figures text-sm text-muted sm:hidden">{date(line.at)}</span>
        </>
      ),
    },
    {
      id: "against",
      header: t("against"),
      from: "lg",
      cell: ({ counter_account: other }) => (
        <Link to={`/finance/accounts/${other.id}`} className="text-muted hover:text-accent">
          {coded(other)}
        </Link>
      ),
    },
    {
      id: "order",
      header: t("order"),
      from: "md",
      cell: (line) =>
        line.order_id && (
          <Link to={`/finance/trails/${line.order_id}`} className="font-mono text-xs hover:text-accent">
            {line.order_id}
          </Link>
        ),
    },
    { id: "debit", header: t("debit"), align: "end", cell: (line) => line.debit && amount(line.debit) },
    { id: "credit", header: t("credit"), align: "end", cell: (line) => line.credit && amount(line.credit) },
    {
      id: "balance",
      header: t("balance"),
      align: "end",
      from: "sm",
      cell: (line) => <b className="font-semibold">{amount(line.balance)}</b>,
    },
  ];
}
