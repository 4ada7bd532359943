import { useTranslation } from "react-i18next";
import { Chip, type StateTone } from "@/shared/kit";

const TONES: Record<string, StateTone> = {
  authorised: "info",
  awaited: "warning",
  unpaid: "negative",
  paid: "info",
  partly_shipped: "info",
  shipped: "info",
  delivered: "positive",
  completed: "positive",
  partly_refunded: "warning",
  refunded: "warning",
  payment_failed: "negative",
};

/** How far an order and its money are, in a word. */
export function TrailState({ state }: { state: string }) {
  const { t } = useTranslation("trails");
  return <Chip tone={TONES[state] ?? "neutral"}>{t(`state_${state}`, { defaultValue: state })}</Chip>;
}
