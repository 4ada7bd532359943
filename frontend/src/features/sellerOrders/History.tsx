import { Banknote, Circle, CircleX, CreditCard, PackageCheck, ShoppingBag, Truck, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import type { SellerOrderFullOut } from "@/shared/api/generated/model";
import { Timeline, type TimelineItem } from "@/shared/kit";

type Mark = { icon: ReactNode; tone?: NonNullable<TimelineItem["tone"]> };

const MARKS: Record<string, Mark> = {
  placed: { icon: <ShoppingBag /> },
  paid: { icon: <CreditCard />, tone: "positive" },
  shipped: { icon: <Truck />, tone: "info" },
  delivered: { icon: <PackageCheck />, tone: "positive" },
  completed: { icon: <Banknote />, tone: "positive" },
  released: { icon: <Banknote />, tone: "positive" },
  cancelled: { icon: <CircleX />, tone: "negative" },
  refunded: { icon: <Undo2 />, tone: "warning" },
};

/** What happened to the order, oldest first. */
export function History({ order }: { order: SellerOrderFullOut }) {
  return (
    <Timeline
      items={order.timeline.map(({ at, kind, text }, index) => ({
        id: String(index),
        title: text,
        at,
        ...(MARKS[kind] ?? (kind.startsWith("return") ? { icon: <Undo2 /> } : { icon: <Circle /> })),
      }))}
    />
  );
}
