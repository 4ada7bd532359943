import {
  Ban,
  Banknote,
  CircleCheck,
  CreditCard,
  PackageCheck,
  ShoppingBag,
  TriangleAlert,
  Truck,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OrderOut, TimelineOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Card, Timeline, type TimelineItem } from "@/shared/kit";

const LOOKS: Record<TimelineOut["kind"], { icon: ReactNode; tone: NonNullable<TimelineItem["tone"]> }> = {
  placed: { icon: <ShoppingBag />, tone: "neutral" },
  paid: { icon: <CreditCard />, tone: "accent" },
  shipped: { icon: <Truck />, tone: "info" },
  delivered: { icon: <PackageCheck />, tone: "positive" },
  completed: { icon: <CircleCheck />, tone: "positive" },
  refunded: { icon: <Banknote />, tone: "positive" },
  cancelled: { icon: <Ban />, tone: "neutral" },
  refused: { icon: <Ban />, tone: "neutral" },
  payment_failed: { icon: <TriangleAlert />, tone: "negative" },
};

/** What happened so far, and when the held money will be paid out. */
export function OrderHistory({ order }: { order: OrderOut }) {
  const { t } = useTranslation("order");
  const { joined } = useFormat();
  const sellers = new Map(order.seller_orders.map((part) => [part.id, part.seller.name]));
  const items: TimelineItem[] = order.timeline.map((event, index) => {
    const seller =
      order.seller_orders.length > 1 && event.seller_order_id && sellers.get(event.seller_order_id);
    return {
      id: `${event.kind} ${index}`,
      title: t(`event.${event.kind}`),
      detail: joined([seller, event.carrier, event.tracking, event.reason && t(`failed_${event.reason}`)]),
      at: event.at,
      ...LOOKS[event.kind],
    };
  });
  for (const part of order.seller_orders)
    if ((part.escrow.state === "held" || part.escrow.state === "due") && part.escrow.due_at)
      items.push({
        id: `due ${part.id}`,
        title: t("event.due"),
        detail: order.seller_orders.length > 1 ? part.seller.name : undefined,
        at: part.escrow.due_at,
        icon: <CircleCheck />,
        due: true,
      });
  return (
    <Card title={t("history")}>
      <Timeline items={items} />
    </Card>
  );
}
