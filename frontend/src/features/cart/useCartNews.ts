import { create } from "zustand";
import type { CartChangeOut } from "@/shared/api/generated/model";

interface CartNews {
  changes: CartChangeOut[];
  add: (changes: readonly CartChangeOut[]) => void;
  dismiss: () => void;
}

/** What changed in the cart and has not been waved away: the latest word on each line. */
export const useCartNews = create<CartNews>((set) => ({
  changes: [],
  add: (news) =>
    set(({ changes }) => ({
      changes: [
        ...changes.filter((known) => !news.some((one) => one.variant_id === known.variant_id)),
        ...news,
      ],
    })),
  dismiss: () => set({ changes: [] }),
}));
