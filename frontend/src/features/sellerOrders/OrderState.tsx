import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/format";
import { Chip, type StateTone } from "@/shared/kit";
import { TO_SHIP } from "./api";
import { isToday, timeLeft } from "./when";

const HOUR = 3_600_000;
const TONES: Record<string, StateTone> = {
  shipped: "neutral",
  delivered: "positive",
  completed: "positive",
  refunded: "warning",
  payment_failed: "negative",
};

interface OrderStateProps {
  state: string;
  shipBy: string | null;
}

/** How an order stands for the one who ships it: late, when to ship, on its way. */
export function OrderState({ state, shipBy }: OrderStateProps) {
  const { t } = useTranslation("sellerOrders");
  const { locale, time, day } = useFormat();
  const waits = TO_SHIP.has(state);
  if (waits && shipBy) {
    const left = timeLeft(shipBy);
    if (left < 0) return <Chip tone="negative">{t("late_by", { time: span(-left, locale) })}</Chip>;
    if (state === "partly_shipped") return <Chip tone="info">{t("state_partly_shipped")}</Chip>;
    return (
      <Chip tone={left < 24 * HOUR ? "warning" : "neutral"}>
        {t("ship_by", { when: isToday(shipBy) ? time(shipBy) : day(shipBy) })}
      </Chip>
    );
  }
  return (
    <Chip tone={TONES[state] ?? (waits ? "warning" : "neutral")}>
      {t(`state_${state}`, { defaultValue: state })}
    </Chip>
  );
}

/** "3 hr", "2 days" */
function span(milliseconds: number, locale: string): string {
  const hours = Math.max(1, Math.floor(milliseconds / HOUR));
  const [value, unit] = hours < 48 ? [hours, "hour"] : [Math.floor(hours / 24), "day"];
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value);
}
