import { History, ReceiptText, Search, ShieldCheck, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import { useListJournals } from "@/shared/api/generated/finance/finance";
import type { JournalOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, EmptyState, Input, PagedTable, PageHead, useCursor, type Column } from "@/shared/kit";
import { MarketplaceFilter, useLedgerWords } from "@/shared/ledger";
import { KindFilter, MoreFilters } from "./Filters";
import { useFilters } from "./useFilters";

/** Every movement of money, found by what an index leads to. */
export function JournalsPage() {
  const { t } = useTranslation("journals");
  const navigate = useNavigate();
  const { cursor, next, onPrevious, reset } = useCursor();
  const filters = useFilters(reset);
  const [more, setMore] = useState(filters.narrowed);
  const journals = useListJournals(
    { ...filters.asked, limit: 25, ...(cursor ? { cursor } : {}) },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns();
  const lookedBackTo = journals.data?.looked_back_to;
  const further = next(journals.data?.next_cursor);
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <Card flush>
        <div className="flex flex-wrap gap-2.5 border-b border-line px-[18px] py-3">
          <div className="min-w-48 grow sm:max-w-sm">
            <Input
              type="search"
              aria-label={t("search")}
              placeholder={t("search")}
              leading={<Search aria-hidden />}
              value={filters.q}
              onChange={(event) => filters.setQ(event.target.value)}
            />
          </div>
          <MarketplaceFilter value={filters.tenant} onChange={filters.setTenant} />
          <KindFilter value={filters.kind} onChange={filters.setKind} />
          <Button aria-expanded={more} aria-controls="more-filters" onClick={() => setMore(!more)}>
            <SlidersHorizontal />
            {t("more")}
          </Button>
        </div>
        {more && <MoreFilters filters={filters} />}
        <PagedTable
          pages={journals}
          next={next}
          onPrevious={onPrevious}
          dense
          label={t("title")}
          columns={columns}
          rowKey={(row) => row.id}
          onOpen={(row) => navigate(`/finance/journals/${row.id}`)}
          empty={
            lookedBackTo ? (
              <LookFurther to={lookedBackTo} onMore={further} />
            ) : (
              <EmptyState icon={<ReceiptText />} title={t("none_title")}>
                {t("none")}
              </EmptyState>
            )
          }
        />
        {lookedBackTo && (journals.data?.data.length ?? 0) > 0 && (
          <LookedBack to={lookedBackTo} onMore={further} />
        )}
      </Card>
    </>
  );
}

interface LookProps {
  to: string;
  onMore: (() => void) | undefined;
}

function LookFurther({ to, onMore }: LookProps) {
  const { t } = useTranslation("journals");
  const { date } = useFormat();
  return (
    <EmptyState
      icon={<History />}
      title={t("not_yet_title", { date: date(to) })}
      action={<Button onClick={onMore}>{t("further")}</Button>}
    >
      {t("not_yet")}
    </EmptyState>
  );
}

function LookedBack({ to, onMore }: LookProps) {
  const { t } = useTranslation("journals");
  const { date } = useFormat();
  return (
    <p className="flex flex-wrap items-center justify-between gap-3 border-t border-line px-[18px] py-3 text-sm text-muted">
      {t("looked_back", { date: date(to) })}
      <Button size="sm" onClick={onMore}>
        {t("further")}
      </Button>
    </p>
  );
}

function useColumns(): Column<JournalOut>[] {
  const { t } = useTranslation("journals");
  const { money, dateTime } = useFormat();
  const { journal, account } = useLedgerWords();
  return [
    {
      id: "what",
      header: t("what"),
      cell: (row) => (
        <Link
          to={`/finance/journals/${row.id}`}
          className="font-medium hover:text-accent sm:whitespace-nowrap"
        >
          {journal(row.kind)}
          <span className="block figures text-sm font-normal text-muted sm:hidden">
            {dateTime(row.recorded_at)}
          </span>
        </Link>
      ),
    },
    {
      id: "at",
      header: t("at"),
      from: "sm",
      cell: (row) => (
        <span className="figures whitespace-nowrap text-muted">{dateTime(row.recorded_at)}</span>
      ),
    },
    {
      id: "between",
      header: t("between"),
      from: "lg",
      cell: (row) => (
        <span className="block max-w-52 truncate text-muted">
          {[...new Set(row.legs.flatMap((leg) => [account(leg.debit), account(leg.credit)]))].join(" → ")}
        </span>
      ),
    },
    {
      id: "order",
      header: t("about"),
      from: "md",
      cell: (row) => <span className="font-mono text-xs">{aboutOf(row)}</span>,
    },
    {
      id: "marketplace",
      header: t("marketplace"),
      from: "lg",
      cell: (row) => <span className="whitespace-nowrap text-muted">{row.tenant.name}</span>,
    },
    {
      id: "total",
      header: t("total"),
      align: "end",
      cell: (row) => <b className="font-semibold">{money(row.total)}</b>,
    },
    {
      id: "sealed",
      header: t("seal"),
      align: "end",
      from: "sm",
      cell: (row) =>
        row.sealed ? (
          <ShieldCheck role="img" aria-label={t("sealed")} className="inline size-4 text-positive" />
        ) : (
          <span className="text-muted">{t("waits")}</span>
        ),
    },
  ];
}

/** The order a journal is about, or what else it names. */
function aboutOf({ about }: JournalOut): string {
  return about.order ?? about.payout ?? Object.values(about)[0] ?? "";
}
