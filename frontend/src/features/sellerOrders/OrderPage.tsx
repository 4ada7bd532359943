import { PackageCheck, Truck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router-dom";
import type { SellerOrderFullOut } from "@/shared/api/generated/model";
import { useShowSellerOrder } from "@/shared/api/generated/seller-portal/seller-portal";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  Confirm,
  CopyId,
  Fact,
  Facts,
  LoadError,
  PageHead,
  Skeleton,
  SkeletonText,
  toast,
  TwoColumns,
} from "@/shared/kit";
import { AddressLines } from "./AddressLines";
import { leftToShip, TO_SHIP, useDeliver } from "./api";
import { Documents } from "./Documents";
import { History } from "./History";
import { OrderLines } from "./OrderLines";
import { OrderState } from "./OrderState";
import { Parcels } from "./Parcels";
import { Refused } from "./Refused";
import { ShipDialog } from "./ShipDialog";

/** One order as its seller sees it: what to send, to whom, and what comes of it. */
export function OrderPage() {
  const { sellerId = "", orderId = "" } = useParams();
  const order = useShowSellerOrder(sellerId, orderId);
  if (order.isPending) return <OrderSkeleton />;
  if (order.isError) return <LoadError problem={order.error} onRetry={order.refetch} />;
  return <Shown sellerId={sellerId} order={order.data} />;
}

function Shown({ sellerId, order }: { sellerId: string; order: SellerOrderFullOut }) {
  const { t } = useTranslation("sellerOrders");
  const { dateTime, joined } = useFormat();
  return (
    <>
      <PageHead
        title={t("order_of", { name: order.address.name })}
        chip={<OrderState state={order.state} shipBy={order.ship_by} />}
        lead={
          <>
            {joined([
              order.marketplace.name,
              dateTime(order.placed_at),
              order.purchase_order && t("purchase_order", { number: order.purchase_order }),
            ])}
            <span className="hidden font-mono text-sm print:block">{order.order_id}</span>
          </>
        }
        crumbs={
          <>
            <Link to={`/seller/${sellerId}/orders`} className="text-muted hover:text-text max-sm:hidden">
              {t("title")}
            </Link>
            <span aria-hidden className="text-muted max-sm:hidden">
              /
            </span>
            <CopyId id={order.order_id} />
          </>
        }
        actions={<Actions sellerId={sellerId} order={order} />}
      />
      <TwoColumns
        aside={
          <>
            <Earnings order={order} />
            <Address order={order} />
            <Documents sellerId={sellerId} order={order} />
            <Card title={t("history")}>
              <History order={order} />
            </Card>
          </>
        }
      >
        <div className="grid gap-4">
          <OrderLines order={order} />
          <Parcels order={order} />
        </div>
      </TwoColumns>
    </>
  );
}

function Actions({ sellerId, order }: { sellerId: string; order: SellerOrderFullOut }) {
  const { t } = useTranslation("sellerOrders");
  const [asking, setAsking] = useState<"ship" | "deliver">();
  const deliver = useDeliver(sellerId, order.id);
  const open = TO_SHIP.has(order.state);
  return (
    <>
      {open && order.lines.some((line) => leftToShip(line) > 0) && (
        <Button tone="primary" onClick={() => setAsking("ship")}>
          <Truck />
          {t("ship")}
        </Button>
      )}
      {order.state === "shipped" && (
        <Button onClick={() => setAsking("deliver")}>
          <PackageCheck />
          {t("deliver")}
        </Button>
      )}
      <Refused sellerId={sellerId} order={order} />
      {asking === "ship" && (
        <ShipDialog sellerId={sellerId} orderId={order.id} onClose={() => setAsking(undefined)} />
      )}
      <Confirm
        open={asking === "deliver"}
        onClose={() => setAsking(undefined)}
        title={t("deliver_title")}
        action={t("deliver")}
        busy={deliver.isPending}
        onConfirm={() =>
          deliver.mutate(null, {
            onError: (problem) => toast({ title: problem.detail || problem.message, tone: "negative" }),
            onSettled: () => setAsking(undefined),
          })
        }
      >
        {t("deliver_lead")}
      </Confirm>
    </>
  );
}

function Earnings({ order }: { order: SellerOrderFullOut }) {
  const { t } = useTranslation("sellerOrders");
  const { money, date } = useFormat();
  const { collect, escrow, method, money: parts } = order;
  const held = escrow.state === "held" || escrow.state === "due" || escrow.state === "frozen";
  return (
    <Card title={t("earnings")} aside={order.total.currency}>
      <Facts className="-mt-2">
        <Fact name={t("goods")}>{money(parts.items)}</Fact>
        <Fact name={t("shipping")}>{money(parts.shipping)}</Fact>
        <Fact name={t("tax")}>{money(parts.tax)}</Fact>
        <Fact name={t("commission")}>{money({ ...parts.commission, amount: -parts.commission.amount })}</Fact>
        <Fact name={t("you_get")} strong>
          {money(parts.you_get)}
        </Fact>
      </Facts>
      <p className="mt-1 text-sm text-muted">
        {held
          ? escrow.due_at
            ? t("held_until", { date: date(escrow.due_at) })
            : t("held")
          : collect.amount > 0
            ? t("collect", { amount: money(collect) })
            : method === "invoice" && !escrow.state
              ? t("invoice_note")
              : order.state === "authorised"
                ? t("authorised_note")
                : escrow.state && t(`escrow_${escrow.state}`, { defaultValue: "" })}
      </p>
    </Card>
  );
}

function Address({ order }: { order: SellerOrderFullOut }) {
  const { t } = useTranslation("sellerOrders");
  return (
    <Card title={t("ship_address")}>
      <address className="not-italic">
        <AddressLines address={order.address} />
      </address>
    </Card>
  );
}

function OrderSkeleton() {
  const { t } = useTranslation("sellerOrders");
  return (
    <div role="status" aria-label={t("loading")}>
      <PageHead
        title={<Skeleton className="my-1.5 h-6 w-64" />}
        lead={<Skeleton className="h-4 w-48" />}
        crumbs={<Skeleton className="h-4 w-40" />}
      />
      <TwoColumns
        aside={
          <Card>
            <SkeletonText lines={6} />
          </Card>
        }
      >
        <Card>
          <SkeletonText lines={6} />
        </Card>
      </TwoColumns>
    </div>
  );
}
