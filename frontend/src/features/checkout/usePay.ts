import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { idempotent, toProblem, type Problem } from "@/shared/api";
import { getReadCreditQueryKey } from "@/shared/api/generated/account/account";
import { getReadCartQueryKey } from "@/shared/api/generated/cart/cart";
import { placeOrder } from "@/shared/api/generated/checkout/checkout";
import type { CheckoutIn, CheckoutOut, MoneyOut } from "@/shared/api/generated/model";
import type { AddressDraft } from "./useDraft";
import type { Later } from "./useLater";

/** What an order is paid with besides credit: none of these where credit pays all of it. */
export interface Tender {
  /** Stands for a new card; `keep` when it shall be there the next time. */
  token?: string;
  keep?: boolean;
  /** A card that was kept. */
  saved?: string;
  /** How it is paid later instead, and the buyer’s own number for the order. */
  later?: { method: Later; purchaseOrder: string };
}

export interface Payment extends Tender {
  /** What of the total is paid with store credit. */
  credit?: MoneyOut | undefined;
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

/** Something came back that will not come again: whoever asks once more asks for something new. */
export function isAnswer({ status, code }: Problem): boolean {
  return status >= 400 && status < 500 && code !== "idempotency.in_progress";
}

/**
 * Orders and pays. While nobody knows what became of an attempt (no answer, a server error), trying again sends the very
 * same request under the same key, so that nothing happens twice; after an answer the next attempt is a new one.
 */
export function usePay() {
  const client = useQueryClient();
  const attempt = useRef<Attempt | undefined>(undefined);
  return useMutation<CheckoutOut, unknown, Payment>({
    mutationFn: (payment) => {
      const of = JSON.stringify(payment);
      if (attempt.current?.of !== of)
        attempt.current = { of, key: crypto.randomUUID(), body: bodyOf(payment) };
      const { key, body } = attempt.current;
      return placeOrder(body, idempotent(key));
    },
    onSuccess: () => {
      attempt.current = undefined;
    },
    onError: (error) => {
      if (isAnswer(toProblem(error))) attempt.current = undefined;
    },
    // Not waited for: the page of an empty cart would take the place of the one that leads on to the order.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: getReadCartQueryKey() });
      void client.invalidateQueries({ queryKey: getReadCreditQueryKey() });
    },
  });
}

function bodyOf({ token, keep, saved, later, credit, address, total }: Payment): CheckoutIn {
  const { email, ...to } = address;
  const order = { email, address: to, expected_total: total, ...(credit ? { credit } : {}) };
  if (later) return { ...order, method: later.method, purchase_order: later.purchaseOrder };
  if (saved !== undefined) return { ...order, payment: { payment_method_id: saved } };
  if (token === undefined) return order;
  return { ...order, payment: { token, ...(keep ? { save: true } : {}) } };
}
