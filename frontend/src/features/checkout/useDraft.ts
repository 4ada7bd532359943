import { create } from "zustand";
import { createJSONStorage, persist } from "zustand/middleware";

export interface AddressDraft {
  email: string;
  name: string;
  line1: string;
  line2: string;
  postal_code: string;
  city: string;
  country: string;
  phone: string;
}

interface Draft {
  address: AddressDraft | undefined;
  deliverySeen: boolean;
  setAddress: (address: AddressDraft) => void;
  seeDelivery: () => void;
  clear: () => void;
}

/** What was filled in so far, kept for this browser tab until the order is placed. Never the card. */
export const useDraft = create<Draft>()(
  persist(
    (set) => ({
      address: undefined,
      deliverySeen: false,
      setAddress: (address) => set({ address, deliverySeen: false }),
      seeDelivery: () => set({ deliverySeen: true }),
      clear: () => set({ address: undefined, deliverySeen: false }),
    }),
    { name: "velora.checkout", storage: createJSONStorage(() => sessionStorage) },
  ),
);
