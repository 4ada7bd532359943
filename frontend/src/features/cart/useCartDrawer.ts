import { create } from "zustand";

interface CartDrawer {
  open: boolean;
  show: () => void;
  close: () => void;
}

export const useCartDrawer = create<CartDrawer>((set) => ({
  open: false,
  show: () => set({ open: true }),
  close: () => set({ open: false }),
}));
