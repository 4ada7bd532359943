import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useReadCart } from "@/shared/api/generated/cart/cart";
import type { CartGroupOut, DeliveryOut } from "@/shared/api/generated/model";
import { getReadProductPageQueryOptions } from "@/shared/api/generated/storefront/storefront";
import { useDraft } from "./useDraft";

/** The cart with the tax of where it goes. */
export function useCheckoutCart() {
  const country = useDraft((draft) => draft.address?.country);
  return useReadCart(country ? { country } : undefined, { query: { placeholderData: keepPreviousData } });
}

/** When each seller's parcel comes, by the seller's id; what is not known yet is not there. */
export function useDeliveries(groups: readonly CartGroupOut[]): Map<string, DeliveryOut> {
  const first = groups.flatMap((group) => {
    const line = group.lines.find((one) => one.problem !== "out_of_stock");
    return line ? [{ seller: group.seller.id, slug: line.slug }] : [];
  });
  return useQueries({
    queries: first.map(({ slug }) => getReadProductPageQueryOptions(slug)),
    combine: (answers) =>
      new Map(
        answers.flatMap((answer, index) => {
          const seller = first[index]?.seller;
          return answer.data && seller ? [[seller, answer.data.delivery] as const] : [];
        }),
      ),
  });
}
