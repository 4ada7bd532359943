import type { Stripe, StripeCardElementOptions, StripeElementLocale } from "@stripe/stripe-js";
import { useEffect, useRef, useState } from "react";
import { lookOfPage, watchLook } from "./stripeLook";

export type Part = "number" | "expiry" | "cvc";
export const PARTS: readonly Part[] = ["number", "expiry", "cvc"];

/** Longer than a slow line takes; after that the fields are held to be blocked. */
const PATIENCE = 20_000;

type Stage = "loading" | "ready" | "away";
type Fields = ReturnType<typeof fieldsOf>;
export interface Loaded {
  stripe: Stripe;
  fields: Fields;
  empty: Set<Part>;
}

/** Stripe's script comes from Stripe itself, as it demands, and only when a card is to be written. */
async function stripeOf(publishableKey: string): Promise<Stripe> {
  const { loadStripe } = await import("@stripe/stripe-js/pure");
  const stripe = await loadStripe(publishableKey);
  if (!stripe) throw new Error("Stripe runs in browsers only.");
  return stripe;
}

function fieldsOf(stripe: Stripe, locale: string) {
  const elements = stripe.elements({ locale: locale as StripeElementLocale });
  const style = lookOfPage();
  const options: Pick<StripeCardElementOptions, "style"> = { style };
  return {
    number: elements.create("cardNumber", { ...options, showIcon: true, iconStyle: "solid" }),
    expiry: elements.create("cardExpiry", options),
    cvc: elements.create("cardCvc", options),
  };
}

/** Stripe's three fields, each in the place that is given for it, and what they tell: that they are there, or wrong, or changed. */
export function useStripeFields(publishableKey: string, locale: string, onChange: () => void) {
  const [stage, setStage] = useState<Stage>("loading");
  const [round, setRound] = useState(0);
  const [errors, setErrors] = useState<Partial<Record<Part, string | undefined>>>({});
  const [focused, setFocused] = useState<Part>();
  const places = useRef<Partial<Record<Part, HTMLElement | null>>>({});
  const loaded = useRef<Promise<Loaded | undefined>>(Promise.resolve(undefined));
  const changed = useRef(onChange);
  useEffect(() => {
    changed.current = onChange;
  });
  useEffect(() => {
    let left = false;
    let fields: Fields | undefined;
    let stopWatching: (() => void) | undefined;
    loaded.current = new Promise((settle) => {
      const stopped = () => {
        clearTimeout(patience);
        settle(undefined);
        if (!left) setStage("away");
        left = true;
      };
      const patience = setTimeout(stopped, PATIENCE);
      stripeOf(publishableKey)
        .then((stripe) => {
          if (left) return;
          const waiting = new Set(PARTS);
          const empty = new Set(PARTS);
          fields = fieldsOf(stripe, locale);
          const made = fields;
          stopWatching = watchLook(() => PARTS.forEach((part) => made[part].update({ style: lookOfPage() })));
          for (const part of PARTS) {
            listen(made, part, {
              ready() {
                waiting.delete(part);
                if (waiting.size > 0 || left) return;
                clearTimeout(patience);
                setStage("ready");
                settle({ stripe, fields: made, empty });
              },
              failed: stopped,
              changed(isEmpty, wrong) {
                if (isEmpty) empty.add(part);
                else empty.delete(part);
                setErrors((before) => ({ ...before, [part]: wrong }));
                changed.current();
              },
              focused: (is) => setFocused((before) => (is ? part : before === part ? undefined : before)),
            });
            const place = places.current[part];
            if (place) made[part].mount(place);
          }
        })
        .catch(stopped);
    });
    return () => {
      left = true;
      stopWatching?.();
      if (fields) for (const part of PARTS) fields[part].destroy();
    };
  }, [publishableKey, locale, round]);
  return {
    stage,
    errors,
    setErrors,
    focused,
    places,
    loaded,
    giveUp: () => setStage("away"),
    again: () => {
      setStage("loading");
      setErrors({});
      setRound(round + 1);
    },
  };
}

interface Told {
  ready: () => void;
  failed: () => void;
  changed: (isEmpty: boolean, wrong: string | undefined) => void;
  focused: (is: boolean) => void;
}

/** What all three have in common; their types know each only for itself. */
interface Speaking {
  on(event: string, handler: (said: { empty: boolean; error?: { message: string } }) => void): unknown;
}

function listen(fields: Fields, part: Part, told: Told) {
  const field = fields[part] as unknown as Speaking;
  field.on("ready", told.ready);
  field.on("loaderror", told.failed);
  field.on("change", ({ empty, error }) => told.changed(empty, error?.message));
  field.on("focus", () => told.focused(true));
  field.on("blur", () => told.focused(false));
}
