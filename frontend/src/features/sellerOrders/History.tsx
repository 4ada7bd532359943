import { Banknote, CircleX, CreditCard, PackageCheck, ShoppingBag, Truck, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SellerOrderFullOut, TimelineOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Timeline, type TimelineItem } from "@/shared/kit";

type Mark = { icon: ReactNode; tone?: NonNullable<TimelineItem["tone"]> };

const MARKS: Record<TimelineOut["kind"], Mark> = {
  placed: { icon: <ShoppingBag /> },
  paid: { icon: <CreditCard />, tone: "positive" },
  payment_failed: { icon: <CircleX />, tone: "negative" },
  shipped: { icon: <Truck />, tone: "info" },
  delivered: { icon: <PackageCheck />, tone: "positive" },
  completed: { icon: <Banknote />, tone: "positive" },
  cancelled: { icon: <CircleX />, tone: "negative" },
  refused: { icon: <Undo2 />, tone: "negative" },
  refunded: { icon: <Undo2 />, tone: "warning" },
};

/** What happened to the order, oldest first. */
export function History({ order }: { order: SellerOrderFullOut }) {
  const { t } = useTranslation("sellerOrders");
  const { joined } = useFormat();
  return (
    <Timeline
      items={order.timeline.map(({ at, kind, carrier, tracking }, index) => ({
        id: String(index),
        title: t(`event_${kind}`),
        detail: joined([carrier, tracking]),
        at,
        ...MARKS[kind],
      }))}
    />
  );
}
