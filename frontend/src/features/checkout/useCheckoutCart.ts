import { keepPreviousData } from "@tanstack/react-query";
import { useReadCart } from "@/shared/api/generated/cart/cart";
import { useDraft } from "./useDraft";

/** The cart with the tax of where it goes. */
export function useCheckoutCart() {
  const country = useDraft((draft) => draft.address?.country);
  return useReadCart(country ? { country } : undefined, { query: { placeholderData: keepPreviousData } });
}
