import { useTranslation } from "react-i18next";
import type { FinancePaymentOut } from "@/shared/api/generated/model";
import { Chip, type StateTone } from "@/shared/kit";

export const STATES = [
  "authorising",
  "action_required",
  "unknown",
  "authorised",
  "capturing",
  "awaited",
  "captured",
  "declined",
  "voided",
  "expired",
] as const;

const TONES: Record<string, StateTone> = {
  authorising: "info",
  action_required: "warning",
  unknown: "warning",
  authorised: "info",
  capturing: "info",
  awaited: "warning",
  captured: "positive",
  partly_refunded: "warning",
  refunded: "warning",
  declined: "negative",
  voided: "neutral",
  expired: "negative",
};

/** How a payment stands, with what went back of it. */
export function PaymentState({ payment }: { payment: FinancePaymentOut }) {
  const { t } = useTranslation("payments");
  const state = shown(payment);
  return <Chip tone={TONES[state] ?? "neutral"}>{t(`state_${state}`)}</Chip>;
}

function shown({ state, captured, refunded }: FinancePaymentOut): string {
  if (state !== "captured" || refunded.amount === 0) return state;
  return refunded.amount === captured.amount ? "refunded" : "partly_refunded";
}
