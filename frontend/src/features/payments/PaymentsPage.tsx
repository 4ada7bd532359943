import { CreditCard, History, Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import { useListPayments } from "@/shared/api/generated/finance/finance";
import type { FinancePaymentOut, ListPaymentsParams } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  EmptyState,
  Input,
  PagedTable,
  PageHead,
  Select,
  useCursor,
  type Column,
} from "@/shared/kit";
import { MarketplaceFilter } from "@/shared/ledger";
import { useFilter } from "@/shared/useFilter";
import { useLate } from "@/shared/useLate";
import { PaymentState, STATES } from "./states";

/** Every payment with how it stands, and when the gateway is asked next. */
export function PaymentsPage() {
  const { t } = useTranslation("payments");
  const navigate = useNavigate();
  const { cursor, next, onPrevious, reset } = useCursor();
  const [q, setQ] = useFilter("q", reset);
  const [tenant, setTenant] = useFilter("marketplace", reset);
  const [state, setState] = useFilter("state", reset);
  const asked = useLate(q.trim());
  const payments = useListPayments(
    {
      q: asked,
      limit: 25,
      ...(tenant ? { tenant } : {}),
      ...(state ? { state: state as NonNullable<ListPaymentsParams["state"]> } : {}),
      ...(cursor ? { cursor } : {}),
    },
    { query: { placeholderData: (before) => before } },
  );
  const columns = useColumns();
  const further = next(payments.data?.next_cursor);
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
          <Select
            aria-label={t("state")}
            className="w-48!"
            value={state || "all"}
            onChange={(value) => setState(value === "all" ? "" : value)}
            options={[
              { value: "all", label: t("all_states") },
              ...STATES.map((value) => ({ value, label: t(`state_${value}`) })),
            ]}
          />
        </div>
        <PagedTable
          pages={payments}
          next={next}
          onPrevious={onPrevious}
          label={t("title")}
          columns={columns}
          rowKey={(row) => row.id}
          onOpen={(row) => navigate(`/finance/payments/${row.id}`)}
          empty={
            further ? (
              <EmptyState
                icon={<History />}
                title={t("not_yet_title")}
                action={<Button onClick={further}>{t("further")}</Button>}
              >
                {t("not_yet")}
              </EmptyState>
            ) : (
              <EmptyState icon={<CreditCard />} title={t("none_title")}>
                {t("none")}
              </EmptyState>
            )
          }
        />
      </Card>
    </>
  );
}

function useColumns(): Column<FinancePaymentOut>[] {
  const { t } = useTranslation("payments");
  const { t: words } = useTranslation("ledger");
  const { money, dateTime, relative } = useFormat();
  return [
    {
      id: "payment",
      header: t("payment"),
      cell: (row) => (
        <Link to={`/finance/payments/${row.id}`} className="font-mono text-xs hover:text-accent">
          {row.id}
          <span className="mt-1.5 block font-sans sm:hidden">
            <PaymentState payment={row} />
          </span>
        </Link>
      ),
    },
    {
      id: "at",
      header: t("at"),
      from: "md",
      cell: (row) => <span className="figures whitespace-nowrap text-muted">{dateTime(row.created_at)}</span>,
    },
    {
      id: "card",
      header: t("card"),
      from: "lg",
      cell: (row) => (
        <span className="whitespace-nowrap text-muted">
          {row.method !== "card"
            ? words(`method.${row.method}`)
            : row.last4
              ? `${row.brand} •••• ${row.last4}`
              : "–"}
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
      id: "next",
      header: t("next"),
      from: "md",
      cell: (row) => (
        <span className="whitespace-nowrap text-muted">
          {row.next_look_at ? relative(row.next_look_at) : "–"}
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
      cell: (row) => <PaymentState payment={row} />,
    },
  ];
}
