import type { StripeElementStyle } from "@stripe/stripe-js";
import { parseOklch, toHex } from "@/shared/theme";

/** How the page is dressed now, in the words of Stripe's fields, which see nothing of the page's own style. */
export function lookOfPage(): StripeElementStyle {
  const page = getComputedStyle(document.documentElement);
  const colour = (token: string) => {
    const found = parseOklch(page.getPropertyValue(token));
    return found ? { color: toHex(found) } : {};
  };
  const icon = colour("--muted").color;
  return {
    base: {
      ...colour("--text"),
      ...(icon ? { iconColor: icon } : {}),
      fontFamily: "system-ui, sans-serif",
      fontSize: "16px",
      lineHeight: "24px",
      fontSmoothing: "antialiased",
      "::placeholder": colour("--faint"),
    },
    invalid: colour("--text"),
  };
}

/** Tells when the page is dressed anew: light or dark, or in another face. Returns a function that stops. */
export function watchLook(changed: () => void): () => void {
  const watching = new MutationObserver(changed);
  watching.observe(document.documentElement, { attributeFilter: ["class", "style", "data-face"] });
  return () => watching.disconnect();
}
