import { Search, Waypoints } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import { useListTrails } from "@/shared/api/generated/finance/finance";
import type { TrailRowOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Card, EmptyState, Input, PageHead, useCursor, PagedTable, type Column } from "@/shared/kit";
import { MarketplaceFilter } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";
import { useLate } from "@/shared/useLate";
import { TrailState } from "./stateChip";

/** Every order that was paid or authorised, whose money can be followed. */
export function TrailsPage() {
  const { t } = useTranslation("trails");
  const navigate = useNavigate();
  const { cursor, next, onPrevious, reset } = useCursor();
  const [q, setQ] = useFilter("q", reset);
  const [tenant, setTenant] = useFilter("marketplace", reset);
  const asked = useLate(q);
  const trails = useListTrails(
    { q: asked, limit: 25, ...(tenant ? { tenant } : {}), ...(cursor ? { cursor } : {}) },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns();
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
              value={q}
              onChange={(event) => setQ(event.target.value)}
            />
          </div>
          <MarketplaceFilter value={tenant} onChange={setTenant} />
        </div>
        <PagedTable
          pages={trails}
          next={next}
          onPrevious={onPrevious}
          label={t("title")}
          columns={columns}
          rowKey={(row) => row.order_id}
          onOpen={(row) => navigate(`/finance/trails/${row.order_id}`)}
          empty={
            <EmptyState icon={<Waypoints />} title={t("none_title")}>
              {t("none")}
            </EmptyState>
          }
        />
      </Card>
    </>
  );
}

function useColumns(): Column<TrailRowOut>[] {
  const { t } = useTranslation(["trails", "ledger"]);
  const { money, day, time } = useFormat();
  return [
    {
      id: "order",
      header: t("order"),
      cell: (row) => (
        <Link
          to={`/finance/trails/${row.order_id}`}
          className="font-mono text-xs underline-offset-4 hover:text-accent hover:underline"
        >
          {row.order_id}
          <span className="mt-1.5 block font-sans sm:hidden">
            <TrailState state={row.state} />
          </span>
        </Link>
      ),
    },
    {
      id: "placed",
      header: t("placed"),
      from: "sm",
      cell: (row) => (
        <span className="figures whitespace-nowrap text-muted">
          {day(row.placed_at)}, {time(row.placed_at)}
        </span>
      ),
    },
    {
      id: "buyer",
      header: t("buyer"),
      from: "lg",
      cell: (row) => <span className="block max-w-44 truncate">{row.buyer}</span>,
    },
    {
      id: "marketplace",
      header: t("ledger:marketplace"),
      from: "md",
      cell: (row) => <span className="whitespace-nowrap text-muted">{row.tenant.name}</span>,
    },
    {
      id: "sellers",
      header: t("sellers"),
      from: "lg",
      cell: (row) => <span className="block max-w-36 truncate text-muted">{row.sellers.join(", ")}</span>,
    },
    {
      id: "total",
      header: t("total"),
      align: "end",
      cell: (row) => <b className="font-semibold">{money(row.total)}</b>,
    },
    {
      id: "state",
      header: t("state"),
      align: "end",
      from: "sm",
      cell: (row) => <TrailState state={row.state} />,
    },
  ];
}
