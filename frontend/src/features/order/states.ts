import type { StateTone } from "@/shared/kit";

/** How the state of an order or of one seller's part looks; its word is `state.NAME`. */
export const TONES: Record<string, StateTone> = {
  placed: "neutral",
  authorised: "info",
  awaited: "warning",
  paid: "info",
  partly_shipped: "info",
  shipped: "info",
  delivered: "positive",
  completed: "positive",
  cancelled: "neutral",
  refunded: "neutral",
  payment_failed: "negative",
  unpaid: "negative",
};

export const RETURN_TONES: Record<string, StateTone> = {
  requested: "warning",
  approved: "info",
  declined: "negative",
  refunded: "positive",
  refund_failed: "negative",
};

/** What can still become of a payment nobody has heard of. */
export const WAITING = new Set(["authorising", "unknown"]);
