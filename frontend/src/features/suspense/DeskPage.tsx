import { Inbox } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import type { DeskItemOut, ListSuspenseParams } from "@/shared/api/generated/model";
import { useListSuspense } from "@/shared/api/generated/suspense/suspense";
import { useFormat } from "@/shared/format";
import { Card, EmptyState, PagedTable, PageHead, Tabs, useCursor, type Column } from "@/shared/kit";
import { MarketplaceFilter } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";
import { CaseState } from "./looks";

const KINDS = ["charge", "payment", "refund"] as const;

/** Money that matches nothing, and what the gateway has not answered: everything that waits for somebody in finance. */
export function DeskPage() {
  const { t } = useTranslation("suspense");
  const navigate = useNavigate();
  const { cursor, next, onPrevious, reset } = useCursor();
  const [kind, setKind] = useFilter("kind", reset);
  const [state, setState] = useFilter("state", reset);
  const [tenant, setTenant] = useFilter("marketplace", reset);
  const items = useListSuspense(
    {
      limit: 25,
      ...(kind ? { kind: kind as NonNullable<ListSuspenseParams["kind"]> } : {}),
      ...(state === "settled" ? { state: "settled" as const } : {}),
      ...(tenant ? { tenant } : {}),
      ...(cursor ? { cursor } : {}),
    },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns();
  const filtered = Boolean(kind || state || tenant);
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <Card flush>
        <Tabs
          label={t("which")}
          value={state === "settled" ? "settled" : kind || "all"}
          onChange={(value) => {
            setState(value === "settled" ? value : "");
            setKind(value === "settled" || value === "all" ? "" : value);
          }}
          tabs={[
            { value: "all", label: t("all") },
            ...KINDS.map((value) => ({ value, label: t(`kind_${value}`) })),
            { value: "settled", label: t("settled") },
          ]}
          aside={
            <MarketplaceFilter value={tenant} onChange={setTenant} className="w-44! border-transparent!" />
          }
        />
        <PagedTable
          pages={items}
          next={next}
          onPrevious={onPrevious}
          label={t("title")}
          columns={columns}
          rowKey={(row) => row.id}
          onOpen={(row) => navigate(`/finance/suspense/${row.id}`)}
          empty={
            <EmptyState icon={<Inbox />} title={filtered ? t("none_here_title") : t("none_title")}>
              {filtered ? t("none_here") : t("none")}
            </EmptyState>
          }
        />
      </Card>
    </>
  );
}

function useColumns(): Column<DeskItemOut>[] {
  const { t } = useTranslation("suspense");
  const { money, dateTime } = useFormat();
  return [
    {
      id: "what",
      header: t("what"),
      cell: (row) => (
        <Link
          to={`/finance/suspense/${row.id}`}
          className="font-semibold underline-offset-4 hover:text-accent hover:underline"
        >
          {t(`source_${row.source}`, { defaultValue: row.source })}
          <span className="mt-1.5 block font-normal sm:hidden">
            <CaseState state={row.state} />
          </span>
        </Link>
      ),
    },
    {
      id: "id",
      header: t("case"),
      from: "lg",
      cell: (row) => (
        <span dir="ltr" className="font-mono text-xs text-muted">
          {row.id}
        </span>
      ),
    },
    {
      id: "marketplace",
      header: t("marketplace"),
      from: "md",
      cell: (row) => <span className="text-muted">{row.tenant.name}</span>,
    },
    {
      id: "since",
      header: t("since"),
      from: "md",
      cell: (row) => <span className="figures whitespace-nowrap text-muted">{dateTime(row.since)}</span>,
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
      cell: (row) => <CaseState state={row.state} />,
    },
  ];
}
