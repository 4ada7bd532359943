import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { idempotent, toProblem } from "@/shared/api";
import { confirmDelivery } from "@/shared/api/generated/fulfilment/fulfilment";
import type { OrderOut, ReturnIn } from "@/shared/api/generated/model";
import {
  cancel,
  getListOrdersQueryKey,
  getShowOrderQueryKey,
  useShowOrder,
} from "@/shared/api/generated/orders/orders";
import { askForReturn } from "@/shared/api/generated/returns/returns";
import { WAITING } from "./states";

const ASK_AGAIN = 2000;

/** An order; asked for again and again while nobody knows what became of its payment. `key` opens a guest's order. */
export function useOrder(id: string, key: string | undefined) {
  return useShowOrder(id, key ? { key } : undefined, {
    query: {
      refetchInterval: (query) => (WAITING.has(query.state.data?.payment?.state ?? "") ? ASK_AGAIN : false),
    },
  });
}

/** The key of an action on money: kept while the outcome is unheard of, new after every answer. */
function useKey() {
  const key = useRef<string | undefined>(undefined);
  return {
    options: () => idempotent((key.current ??= crypto.randomUUID())),
    settle: (error: unknown) => {
      const status = error ? toProblem(error).status : 200;
      if (status > 0 && status < 500) key.current = undefined;
    },
  };
}

function useKeep(id: string, key: string | undefined) {
  const client = useQueryClient();
  return {
    keep: (order: OrderOut) => {
      client.setQueryData(getShowOrderQueryKey(id, key ? { key } : undefined), order);
      void client.invalidateQueries({ queryKey: getListOrdersQueryKey() });
    },
    refresh: () => client.invalidateQueries({ queryKey: getShowOrderQueryKey(id) }),
  };
}

export function useCancel(id: string, key: string | undefined) {
  const asked = useKey();
  const { keep, refresh } = useKeep(id, key);
  return useMutation({
    mutationFn: () => cancel(id, key ? { key } : undefined, asked.options()),
    onSuccess: keep,
    onError: refresh,
    onSettled: (_order, error) => asked.settle(error),
  });
}

export function useConfirmDelivery(id: string, key: string | undefined) {
  const { keep, refresh } = useKeep(id, key);
  return useMutation({
    mutationFn: (sellerOrderId: string) => confirmDelivery(sellerOrderId, key ? { key } : undefined),
    onSuccess: keep,
    onError: refresh,
  });
}

export function useAskForReturn(id: string, key: string | undefined) {
  const asked = useKey();
  const { refresh } = useKeep(id, key);
  return useMutation({
    mutationFn: ({ sellerOrderId, wanted }: { sellerOrderId: string; wanted: ReturnIn }) =>
      askForReturn(sellerOrderId, wanted, key ? { order_key: key } : undefined, asked.options()),
    onSuccess: refresh,
    onSettled: (_return, error) => asked.settle(error),
  });
}
