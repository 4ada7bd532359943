import { useQueryClient } from "@tanstack/react-query";
import { useOnce } from "@/shared/api";
import { deliverOrder, refusedAtTheDoor, shipOrder } from "@/shared/api/generated/fulfilment/fulfilment";
import type { OrderLineOut, ParcelIn, SellerOrderFullOut } from "@/shared/api/generated/model";
import {
  getListSellerOrdersQueryKey,
  getShowHomeQueryKey,
  getShowSellerOrderQueryKey,
} from "@/shared/api/generated/seller-portal/seller-portal";

/** Goods may leave: the money is here, or the buyer’s bank holds it until they do. */
export const TO_SHIP: ReadonlySet<string> = new Set(["authorised", "awaited", "paid", "partly_shipped"]);

/** How many of a line are still here. */
export function leftToShip(line: OrderLineOut): number {
  return line.quantity - line.shipped - line.cancelled;
}

/** What the server says of an order after something was done to it is what every page shows from now on. */
function useKeep(sellerId: string) {
  const cache = useQueryClient();
  return (order: SellerOrderFullOut) => {
    cache.setQueryData(getShowSellerOrderQueryKey(sellerId, order.id), order);
    void cache.invalidateQueries({ queryKey: [getListSellerOrdersQueryKey(sellerId)[0]] });
    void cache.invalidateQueries({ queryKey: getShowHomeQueryKey(sellerId) });
  };
}

export function useShip(sellerId: string, orderId: string, onShipped: (order: SellerOrderFullOut) => void) {
  const keep = useKeep(sellerId);
  return useOnce((parcel: ParcelIn, once) => shipOrder(sellerId, orderId, parcel, once), {
    onSuccess: (order) => {
      keep(order);
      onShipped(order);
    },
  });
}

export function useDeliver(sellerId: string, orderId: string) {
  const keep = useKeep(sellerId);
  return useOnce((_: null, once) => deliverOrder(sellerId, orderId, once), { onSuccess: keep });
}

/** What was to be paid at the door came back; `restock` says whether it can be sold again. */
export function useRefused(sellerId: string, orderId: string) {
  const keep = useKeep(sellerId);
  return useOnce((restock: boolean, once) => refusedAtTheDoor(sellerId, orderId, { restock }, once), {
    onSuccess: keep,
  });
}
