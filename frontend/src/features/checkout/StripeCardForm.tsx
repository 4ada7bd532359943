import type { StripeError } from "@stripe/stripe-js";
import { clsx as cx } from "clsx";
import { ShieldCheck } from "lucide-react";
import { forwardRef, useImperativeHandle, useRef, type Ref } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "@/shared/api";
import { Button, Field, Notice, Skeleton, useFieldWiring } from "@/shared/kit";
import type { CardForm } from "./cardForm";
import { PARTS, useStripeFields, type Part } from "./useStripeFields";
import { whyDeclined } from "./whyDeclined";

const NEEDED = { number: "card_number_needed", expiry: "card_expiry_needed", cvc: "card_cvc_wrong" } as const;
/** Stripe, or the way to it, is out of order: nothing is wrong with the card. */
const PASSING = new Set(["api_connection_error", "api_error", "rate_limit_error"]);

/** Stripe's own fields for a card: what is written there is seen by Stripe alone, and becomes a token. */
export const StripeCardForm = forwardRef<CardForm, { publishableKey: string }>(function StripeCardForm(
  { publishableKey },
  ref,
) {
  const { t, i18n } = useTranslation("checkout");
  const made = useRef<string | undefined>(undefined);
  const form = useStripeFields(publishableKey, i18n.language, () => (made.current = undefined));
  const { stage, errors, setErrors, focused, places, loaded } = form;

  useImperativeHandle(ref, () => ({
    async token() {
      const there = await loaded.current;
      if (!there) return undefined;
      const { stripe, fields, empty } = there;
      const missing = PARTS.filter((part) => empty.has(part));
      const [first] = missing;
      if (first) {
        setErrors((before) => ({
          ...before,
          ...Object.fromEntries(missing.map((part) => [part, t(NEEDED[part])])),
        }));
        fields[first].focus();
        return undefined;
      }
      if (made.current) return made.current;
      const { paymentMethod, error } = await stripe.createPaymentMethod({
        type: "card",
        card: fields.number,
      });
      if (paymentMethod) return (made.current = paymentMethod.id);
      if (PASSING.has(error.type)) throw new Problem({ code: "client.unreachable" });
      if (error.type === "validation_error" || error.type === "card_error") {
        const part = partOf(error);
        setErrors((before) => ({ ...before, [part]: error.message }));
        fields[part].focus();
      } else form.giveUp();
      return undefined;
    },
    answered(problem: Problem) {
      made.current = undefined;
      if (problem.code !== "payments.declined") return false;
      const { reason } = problem.facts;
      const part = partOf({ code: typeof reason === "string" ? reason : "" });
      setErrors((before) => ({ ...before, [part]: whyDeclined(problem, t) }));
      void loaded.current.then((there) => there?.fields[part].focus());
      return true;
    },
  }));

  if (stage === "away")
    return (
      <Notice
        tone="negative"
        title={t("stripe_away_title")}
        action={<Button onClick={form.again}>{t("unheard_action")}</Button>}
      >
        {t("stripe_away")}
      </Notice>
    );
  const field = (part: Part, label: string, className?: string) => (
    <Field label={label} error={errors[part]} required className={className ?? ""}>
      <Place
        ref={(place) => {
          places.current[part] = place;
        }}
        waiting={stage === "loading"}
        focused={focused === part}
      />
    </Field>
  );
  return (
    <div aria-busy={stage === "loading"}>
      <div className="grid gap-x-3.5 gap-y-4 sm:grid-cols-2">
        {field("number", t("card_number"), "sm:col-span-2")}
        {field("expiry", t("card_expiry"))}
        {field("cvc", t("card_cvc"))}
      </div>
      <p role="status" className="mt-3 flex gap-1.5 text-sm text-muted">
        <ShieldCheck aria-hidden className="mt-px size-4 shrink-0" />
        {t(stage === "loading" ? "stripe_loading" : "stripe_sees")}
      </p>
    </div>
  );
});

/** Looks as an input does. Stripe's frame is transparent only where page and frame are of one scheme, and Stripe's is light. */
const Place = forwardRef(function Place(
  { waiting, focused }: { waiting: boolean; focused: boolean },
  ref: Ref<HTMLDivElement>,
) {
  const { id, "aria-invalid": wrong } = useFieldWiring();
  return (
    <div
      className={cx(
        "relative h-11 rounded-md border bg-surface px-3.5 py-2.25 transition-[border-color,box-shadow] duration-150",
        focused ? "border-accent ring-3 ring-accent/20" : "border-line-strong hover:border-faint",
        wrong && "border-negative",
        wrong && focused && "ring-negative/20",
      )}
    >
      <div id={id} ref={ref} dir="ltr" className="scheme-light" />
      {waiting && <Skeleton className="absolute inset-x-3.5 inset-y-3.25" />}
    </div>
  );
});

function partOf({ code = "" }: Pick<StripeError, "code">): Part {
  if (/cvc/.test(code)) return "cvc";
  return /expir|month|year/.test(code) ? "expiry" : "number";
}
