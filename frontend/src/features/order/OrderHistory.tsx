import {
  Ban,
  Banknote,
  CircleCheck,
  CreditCard,
  PackageCheck,
  ShoppingBag,
  TriangleAlert,
  Truck,
  Undo2,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { OrderOut } from "@/shared/api/generated/model";
import { Card, Timeline, type TimelineItem } from "@/shared/kit";

const LOOKS: Record<string, { icon: ReactNode; tone: NonNullable<TimelineItem["tone"]> }> = {
  placed: { icon: <ShoppingBag />, tone: "neutral" },
  paid: { icon: <CreditCard />, tone: "accent" },
  shipped: { icon: <Truck />, tone: "info" },
  delivered: { icon: <PackageCheck />, tone: "positive" },
  completed: { icon: <CircleCheck />, tone: "positive" },
  refunded: { icon: <Banknote />, tone: "positive" },
  cancelled: { icon: <Ban />, tone: "neutral" },
  return_requested: { icon: <Undo2 />, tone: "warning" },
  payment_failed: { icon: <TriangleAlert />, tone: "negative" },
};

/** What happened so far, and when the held money will be paid out. */
export function OrderHistory({ order }: { order: OrderOut }) {
  const { t } = useTranslation("order");
  const sellers = new Map(order.seller_orders.map((part) => [part.id, part.seller.name]));
  const items: TimelineItem[] = order.timeline.map((event, index) => {
    const seller =
      order.seller_orders.length > 1 && event.seller_order_id && sellers.get(event.seller_order_id);
    return {
      id: `${event.kind} ${index}`,
      title: t(`event.${event.kind}`, { defaultValue: event.text }),
      detail: [seller, event.kind in LOOKS ? "" : event.text].filter(Boolean).join(" · "),
      at: event.at,
      icon: LOOKS[event.kind]?.icon ?? <CircleCheck />,
      tone: LOOKS[event.kind]?.tone ?? "neutral",
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
