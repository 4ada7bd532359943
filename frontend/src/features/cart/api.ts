import { useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import {
  addLine,
  getReadCartQueryKey,
  removeLine,
  setLine,
  useReadCart,
} from "@/shared/api/generated/cart/cart";
import type { CartOut } from "@/shared/api/generated/model";
import { useCartNews } from "./useCartNews";

const CART = getReadCartQueryKey();
const MUTATION = ["cart"];

/** The cart as it stands. What the server says has changed is said once; here it is kept until it was read. */
export function useCart() {
  return useReadCart(undefined, { query: { select: heard } });
}

function heard(cart: CartOut): CartOut {
  if (cart.changes.length > 0) queueMicrotask(() => useCartNews.getState().add(cart.changes));
  return cart;
}

export function useAddToCart() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: MUTATION,
    mutationFn: (line: { variant_id: string; quantity: number }) => addLine(line),
    onSuccess: (cart) => keep(client, cart),
  });
}

/** Sets how many; 0 takes the line out. The page shows it at once and goes back when the server refuses. */
export function useSetQuantity() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: MUTATION,
    scope: { id: "cart" },
    mutationFn: ({ variantId, quantity }: { variantId: string; quantity: number }) =>
      quantity > 0 ? setLine(variantId, { quantity }) : removeLine(variantId),
    onMutate: async ({ variantId, quantity }) => {
      await client.cancelQueries({ queryKey: CART });
      const before = client.getQueryData<CartOut>(CART);
      if (before) client.setQueryData(CART, withQuantity(before, variantId, quantity));
      return { before };
    },
    onError: (_error, _line, context) => client.setQueryData(CART, context?.before),
    onSuccess: (cart) => {
      if (client.isMutating({ mutationKey: MUTATION }) === 1) keep(client, cart);
    },
  });
}

function keep(client: QueryClient, cart: CartOut) {
  client.setQueryData(CART, cart);
  client.removeQueries({ queryKey: CART, predicate: (query) => query.queryKey.length > 1 });
}

/** The cart as it will be: lines, sums of items and the total move at once; delivery and tax come with the answer. */
export function withQuantity(cart: CartOut, variantId: string, quantity: number): CartOut {
  const groups = cart.groups
    .map((group) => {
      const lines = group.lines
        .filter((line) => line.variant_id !== variantId || quantity > 0)
        .map((line) =>
          line.variant_id === variantId && line.unit && line.line
            ? { ...line, quantity, line: { ...line.line, amount: line.unit.amount * quantity } }
            : line,
        );
      const amount = sum(
        lines.filter((line) => line.problem !== "out_of_stock").map((line) => line.line?.amount ?? 0),
      );
      return { ...group, lines, items: { ...group.items, amount } };
    })
    .filter((group) => group.lines.length > 0);
  const amount = sum(groups.map((group) => group.items.amount));
  return {
    ...cart,
    groups,
    lines: sum(groups.map((group) => group.lines.length)),
    items: { ...cart.items, amount },
    total: { ...cart.total, amount: cart.total.amount + amount - cart.items.amount },
  };
}

const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
