import { ChevronRight, PackageOpen } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { OrderSummaryOut } from "@/shared/api/generated/model";
import { useListOrders } from "@/shared/api/generated/orders/orders";
import { useFormat } from "@/shared/format";
import { Button, Chip, EmptyState, LoadError, Pagination, Skeleton, useCursor } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";
import { TONES } from "./states";

const PAGE = 10;
const PICTURES = 4;

/** Everything the buyer ordered in this marketplace, newest first. */
export function OrdersPage() {
  const { t } = useTranslation("order");
  const { cursor, onPrevious, next } = useCursor();
  const orders = useListOrders({ limit: PAGE, ...(cursor && { cursor }) });
  return (
    <>
      <h1 className="mb-5 heading text-2xl">{t("orders")}</h1>
      {orders.isPending && <OrdersSkeleton />}
      {orders.isError && <LoadError problem={orders.error} onRetry={orders.refetch} />}
      {orders.data?.data.length === 0 && (
        <EmptyState
          icon={<PackageOpen />}
          title={t("orders_empty_title")}
          action={
            <Button asChild tone="primary">
              <Link to="/search?sort=popular">{t("orders_empty_action")}</Link>
            </Button>
          }
        >
          {t("orders_empty")}
        </EmptyState>
      )}
      {orders.data && orders.data.data.length > 0 && (
        <>
          <ul className="grid gap-3">
            {orders.data.data.map((order) => (
              <li key={order.id}>
                <Entry order={order} />
              </li>
            ))}
          </ul>
          {(onPrevious ?? orders.data.has_more) && (
            <div className="mt-5">
              <Pagination
                onPrevious={onPrevious}
                onNext={next(orders.data.next_cursor)}
                shown={orders.data.data.length}
                busy={orders.isFetching}
              />
            </div>
          )}
        </>
      )}
    </>
  );
}

function Entry({ order }: { order: OrderSummaryOut }) {
  const { t } = useTranslation("order");
  const { date, joined, money } = useFormat();
  const more = order.pictures.length - PICTURES;
  return (
    <Link
      to={`/orders/${order.id}`}
      className="flex flex-wrap items-center gap-x-5 gap-y-3 rounded-lg border bg-surface px-5 py-4 transition-colors duration-150 hover:bg-sunken sm:flex-nowrap"
    >
      <span className="flex shrink-0 items-center gap-2">
        {order.pictures.slice(0, PICTURES).map((picture, index) => (
          <ProductPicture
            key={index}
            name={picture.name}
            tone={picture.tone as Tone}
            className="size-12 rounded-md"
          />
        ))}
        {more > 0 && <span className="figures text-sm text-muted">+{more}</span>}
      </span>
      <span className="min-w-0 grow basis-48 text-base">
        <span className="block truncate font-semibold">{order.sellers.join(", ")}</span>
        <span className="block text-sm text-muted">
          {joined([date(order.placed_at), t("pieces", { count: order.items })])}
        </span>
      </span>
      <Chip tone={TONES[order.state] ?? "neutral"}>{t(`state.${order.state}`)}</Chip>
      <span className="ms-auto min-w-20 text-end figures font-semibold">{money(order.total)}</span>
      <ChevronRight aria-hidden className="size-4 shrink-0 flip-rtl text-muted max-sm:hidden" />
    </Link>
  );
}

function OrdersSkeleton() {
  const { t } = useTranslation("kit");
  return (
    <div role="status" aria-label={t("loading")} className="grid gap-3">
      {[0, 1, 2, 3].map((entry) => (
        <Skeleton key={entry} className="h-[82px] rounded-lg" />
      ))}
    </div>
  );
}
