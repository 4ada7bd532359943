import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { idempotent, toProblem } from "@/shared/api";
import { getReadCreditQueryKey } from "@/shared/api/generated/account/account";
import { getReadCartQueryKey } from "@/shared/api/generated/cart/cart";
import { placeOrder } from "@/shared/api/generated/checkout/checkout";
import type { CheckoutIn, CheckoutOut, MoneyOut } from "@/shared/api/generated/model";
import { makeToken } from "@/shared/api/generated/sandbox-gateway/sandbox-gateway";
import { digits, expiryOf, type CardDraft } from "./cardRules";
import type { AddressDraft } from "./useDraft";
import type { Later } from "./useLater";

export interface Payment {
  /** A new card, or the id of one that was kept; none where store credit pays all of it. */
  card: CardDraft | string | undefined;
  /** How it is paid later instead, and the buyer’s own number for the order. */
  later?: { method: Later; purchaseOrder: string } | undefined;
  /** What of the total is paid with store credit. */
  credit?: MoneyOut | undefined;
  keep: boolean;
  address: AddressDraft;
  total: MoneyOut;
}

interface Attempt {
  of: string;
  key: string;
  body: CheckoutIn;
}

/** The buyer has done all there is to do: the money is taken, or held until the goods leave. */
export function isPromised(state: string): boolean {
  return state === "captured" || state === "authorised" || state === "capturing" || state === "awaited";
}

/**
 * Orders and pays. While nobody knows what became of an attempt (no answer, a server error), trying again sends the very
 * same request under the same key, so that nothing happens twice; after an answer the next attempt is a new one.
 */
export function usePay() {
  const client = useQueryClient();
  const attempt = useRef<Attempt | undefined>(undefined);
  return useMutation<CheckoutOut, unknown, Payment>({
    mutationFn: async (payment) => {
      const of = JSON.stringify(payment);
      if (attempt.current?.of !== of)
        attempt.current = { of, key: crypto.randomUUID(), body: await bodyOf(payment) };
      const { key, body } = attempt.current;
      return placeOrder(body, idempotent(key));
    },
    onSuccess: () => {
      attempt.current = undefined;
    },
    onError: (error) => {
      const { status, code } = toProblem(error);
      if (status >= 400 && status < 500 && code !== "idempotency.in_progress") attempt.current = undefined;
    },
    // Not waited for: the page of an empty cart would take the place of the one that leads on to the order.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: getReadCartQueryKey() });
      void client.invalidateQueries({ queryKey: getReadCreditQueryKey() });
    },
  });
}

/** The card's number goes to the gateway and nowhere else; what comes back stands for it. */
async function bodyOf({ card, credit, keep, later, address, total }: Payment): Promise<CheckoutIn> {
  const { email, ...to } = address;
  const order = { email, address: to, expected_total: total, ...(credit ? { credit } : {}) };
  if (later) return { ...order, method: later.method, purchase_order: later.purchaseOrder };
  if (card === undefined) return order;
  if (typeof card === "string") return { ...order, payment: { payment_method_id: card } };
  const expiry = expiryOf(card.expiry);
  const { token } = await makeToken({
    number: digits(card.number),
    exp_month: expiry?.month ?? 0,
    exp_year: expiry?.year ?? 0,
    cvc: card.cvc,
  });
  return { ...order, payment: { token, ...(keep ? { save: true } : {}) } };
}
