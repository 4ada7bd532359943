import { Download, ListFilter, PackageCheck, Printer } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router-dom";
import { useListPlaces } from "@/shared/api/generated/onboarding/onboarding";
import type { ListSellerOrdersState, SellerOrderRowOut } from "@/shared/api/generated/model";
import { useListSellerOrders } from "@/shared/api/generated/seller-portal/seller-portal";
import {
  Button,
  Card,
  EmptyState,
  LoadError,
  Menu,
  PageHead,
  Pagination,
  Table,
  Tabs,
  toast,
  useCursor,
} from "@/shared/kit";
import { useFilter } from "@/shared/useFilter";
import { exportOrders } from "./exportOrders";
import { SellerFigures } from "./SellerFigures";
import { ShipDialog } from "./ShipDialog";
import { useColumns } from "./useColumns";

const HEAPS = ["to_ship", "on_the_way", "delivered", "cancelled"] as const;

/** The seller's orders by what must be done with them. */
export function OrdersPage() {
  const { sellerId = "" } = useParams();
  const { cursor, next, onPrevious, reset } = useCursor();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [shipping, setShipping] = useState<string>();
  const change = () => {
    reset();
    setSelected(new Set());
  };
  const [heap, setHeap] = useFilter("state", change);
  const [tenant, setTenant] = useFilter("marketplace", change);
  const state = (heap || "to_ship") as ListSellerOrdersState;
  const orders = useListSellerOrders(
    sellerId,
    {
      state,
      limit: 25,
      ...(state === "to_ship" ? { sort: "ship_by" as const } : {}),
      ...(tenant ? { tenant } : {}),
      ...(cursor ? { cursor } : {}),
    },
    { query: { placeholderData: (before) => before } },
  );
  const rows = orders.data?.data;
  return (
    <>
      <Head
        sellerId={sellerId}
        filter={{ state, tenant }}
        printed={
          selected.size > 0 ? [...selected] : state === "to_ship" ? (rows ?? []).map(({ id }) => id) : []
        }
      />
      <SellerFigures sellerId={sellerId} />
      <Card flush className="mt-[22px]">
        <Heaps
          value={state}
          onChange={(value) => setHeap(value === "to_ship" ? "" : value)}
          counts={orders.data?.counts}
          aside={<MarketplaceFilter sellerId={sellerId} value={tenant} onChange={setTenant} />}
        />
        {orders.isError ? (
          <LoadError problem={orders.error} onRetry={orders.refetch} />
        ) : (
          <Rows
            sellerId={sellerId}
            state={state}
            rows={rows}
            selected={selected}
            onSelect={setSelected}
            onShip={setShipping}
            footer={
              <Pagination
                shown={rows?.length ?? 0}
                total={state === "all" ? undefined : orders.data?.counts[state]}
                onPrevious={onPrevious}
                onNext={next(orders.data?.next_cursor)}
                busy={orders.isPlaceholderData}
              />
            }
          />
        )}
      </Card>
      {shipping && (
        <ShipDialog sellerId={sellerId} orderId={shipping} onClose={() => setShipping(undefined)} />
      )}
    </>
  );
}

interface RowsProps {
  sellerId: string;
  state: ListSellerOrdersState;
  rows: readonly SellerOrderRowOut[] | undefined;
  selected: ReadonlySet<string>;
  onSelect: (selected: ReadonlySet<string>) => void;
  onShip: (id: string) => void;
  footer: React.ReactNode;
}

function Rows({ sellerId, state, rows, selected, onSelect, onShip, footer }: RowsProps) {
  const { t } = useTranslation("sellerOrders");
  const navigate = useNavigate();
  const columns = useColumns(sellerId);
  return (
    <Table
      label={t(`heap_${state}`)}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      rowName={(row) => row.order_id}
      selected={selected}
      onSelect={onSelect}
      onOpen={(row) => navigate(`/seller/${sellerId}/orders/${row.id}`)}
      actions={state === "to_ship" ? [{ key: "s", label: t("ship_key"), run: (row) => onShip(row.id) }] : []}
      empty={
        <EmptyState icon={<PackageCheck />} title={t(`empty_${state}_title`)}>
          {t(`empty_${state}`)}
        </EmptyState>
      }
      footer={footer}
    />
  );
}

interface HeadProps {
  sellerId: string;
  filter: { state: ListSellerOrdersState; tenant: string };
  printed: readonly string[];
}

function Head({ sellerId, filter, printed }: HeadProps) {
  const { t } = useTranslation("sellerOrders");
  const navigate = useNavigate();
  const [exporting, setExporting] = useState(false);
  async function download() {
    setExporting(true);
    try {
      await exportOrders(sellerId, filter);
    } catch {
      toast({ title: t("export_failed"), tone: "negative" });
    } finally {
      setExporting(false);
    }
  }
  return (
    <PageHead
      title={t("title")}
      actions={
        <>
          <Button busy={exporting} onClick={() => void download()}>
            <Download />
            {t("export")}
          </Button>
          {printed.length > 0 && (
            <Button
              tone="primary"
              onClick={() => navigate(`/seller/${sellerId}/orders/print?ids=${printed.join(",")}`)}
            >
              <Printer />
              {t("print", { count: printed.length })}
            </Button>
          )}
        </>
      }
    />
  );
}

interface HeapsProps {
  value: string;
  onChange: (value: string) => void;
  counts: Record<(typeof HEAPS)[number], number> | undefined;
  aside: React.ReactNode;
}

function Heaps({ value, onChange, counts, aside }: HeapsProps) {
  const { t } = useTranslation("sellerOrders");
  return (
    <Tabs
      label={t("state")}
      value={value}
      onChange={onChange}
      aside={aside}
      tabs={HEAPS.map((heap) => ({ value: heap, label: t(`heap_${heap}`), count: counts?.[heap] }))}
    />
  );
}

interface MarketplaceFilterProps {
  sellerId: string;
  value: string;
  onChange: (slug: string) => void;
}

function MarketplaceFilter({ sellerId, value, onChange }: MarketplaceFilterProps) {
  const { t } = useTranslation("sellerOrders");
  const places = useListPlaces(sellerId, { query: { staleTime: 5 * 60_000 } });
  const markets = (places.data?.data ?? [])
    .filter(({ state }) => state === "approved" || state === "suspended")
    .map(({ marketplace }) => marketplace);
  const chosen = markets.find(({ slug }) => slug === value)?.name;
  return (
    <Menu
      trigger={
        <button
          type="button"
          className="inline-flex h-8 items-center gap-1.5 rounded-md px-1.5 hover:text-text"
        >
          <ListFilter aria-hidden className="size-4" />
          {t("marketplace_is", { name: chosen ?? t("all") })}
        </button>
      }
      entries={[
        { label: t("all_marketplaces"), checked: !value, onSelect: () => onChange("") },
        ...markets.map(({ slug, name }) => ({
          label: name,
          checked: slug === value,
          onSelect: () => onChange(slug),
        })),
      ]}
    />
  );
}
