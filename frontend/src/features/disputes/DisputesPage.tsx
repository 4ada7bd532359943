import { Landmark } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import { useListDisputes } from "@/shared/api/generated/disputes/disputes";
import type { DisputeOut, ListDisputesParams } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Card, EmptyState, PagedTable, PageHead, Tabs, useCursor, type Column } from "@/shared/kit";
import { DisputeState, MarketplaceFilter, useDisputeWords, type DisputeStand } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";

const STATES: readonly DisputeStand[] = ["open", "won", "lost"];

/** What buyers' banks took back, until when evidence can be given, and how each has ended. */
export function DisputesPage() {
  const { t } = useTranslation("disputes");
  const navigate = useNavigate();
  const { cursor, next, onPrevious, reset } = useCursor();
  const [state, setState] = useFilter("state", reset);
  const [tenant, setTenant] = useFilter("marketplace", reset);
  const words = useDisputeWords();
  const disputes = useListDisputes(
    {
      limit: 25,
      ...(state ? { state: state as NonNullable<ListDisputesParams["state"]> } : {}),
      ...(tenant ? { tenant } : {}),
      ...(cursor ? { cursor } : {}),
    },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns();
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <Card flush>
        <Tabs
          label={t("which")}
          value={state || "all"}
          onChange={(value) => setState(value === "all" ? "" : value)}
          tabs={[
            { value: "all", label: t("all") },
            ...STATES.map((value) => ({ value, label: words.state(value) })),
          ]}
          aside={
            <MarketplaceFilter value={tenant} onChange={setTenant} className="w-44! border-transparent!" />
          }
        />
        <PagedTable
          pages={disputes}
          next={next}
          onPrevious={onPrevious}
          label={t("title")}
          columns={columns}
          rowKey={(row) => row.id}
          onOpen={(row) => navigate(`/finance/disputes/${row.id}`)}
          empty={
            <EmptyState icon={<Landmark />} title={state || tenant ? t("none_here_title") : t("none_title")}>
              {state || tenant ? t("none_here") : t("none")}
            </EmptyState>
          }
        />
      </Card>
    </>
  );
}

function useColumns(): Column<DisputeOut>[] {
  const { t } = useTranslation("disputes");
  const { money, dateTime, relative } = useFormat();
  const { reason } = useDisputeWords();
  return [
    {
      id: "reason",
      header: t("reason"),
      cell: (row) => (
        <Link
          to={`/finance/disputes/${row.id}`}
          className="font-semibold underline-offset-4 hover:text-accent hover:underline"
        >
          {reason(row.reason)}
          <span className="mt-1.5 block font-normal sm:hidden">
            <DisputeState state={row.state} />
          </span>
        </Link>
      ),
    },
    {
      id: "order",
      header: t("order"),
      from: "lg",
      cell: (row) => (
        <span dir="ltr" className="font-mono text-xs text-muted">
          {row.order_id ?? "–"}
        </span>
      ),
    },
    {
      id: "marketplace",
      header: t("marketplace"),
      from: "lg",
      cell: (row) => <span className="whitespace-nowrap text-muted">{row.tenant.name}</span>,
    },
    {
      id: "opened",
      header: t("opened"),
      from: "md",
      cell: (row) => <span className="figures whitespace-nowrap text-muted">{dateTime(row.opened_at)}</span>,
    },
    {
      id: "answer_by",
      header: t("answer_by"),
      from: "md",
      cell: (row) => (
        <span className="whitespace-nowrap text-muted">
          {row.answer_by && row.state === "open" ? relative(row.answer_by) : "–"}
        </span>
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
      from: "sm",
      cell: (row) => <DisputeState state={row.state} />,
    },
  ];
}
