import { CheckoutFrame } from "@/features/checkout/CheckoutFrame";
import { useStore } from "./useStore";

/** The checkout in the marketplace's face. */
export function CheckoutArea() {
  const { store, crash } = useStore();
  return crash || <CheckoutFrame name={store?.name ?? ""} />;
}
