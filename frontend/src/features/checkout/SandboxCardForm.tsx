import { zodResolver } from "@hookform/resolvers/zod";
import { CreditCard } from "lucide-react";
import { forwardRef, useImperativeHandle, useMemo, useRef } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { showProblem, toProblem, type Problem } from "@/shared/api";
import { makeToken } from "@/shared/api/generated/sandbox-gateway/sandbox-gateway";
import { Field, Input } from "@/shared/kit";
import type { CardForm } from "./cardForm";
import { cardRules, digits, expiryOf, slashed, spaced, type CardDraft } from "./cardRules";
import { whyDeclined } from "./whyDeclined";

const AT_THE_CARD = new Set(["/number", "/exp_month", "/exp_year", "/cvc"]);

/** Number, expiry, code: written as they stand on a card, and told to the sandbox alone. */
export const SandboxCardForm = forwardRef<CardForm>(function SandboxCardForm(_, ref) {
  const { t } = useTranslation("checkout");
  const { register, formState, setValue, setError, getValues, handleSubmit } = useForm<CardDraft>({
    resolver: zodResolver(useMemo(() => cardRules(t), [t])),
    mode: "onTouched",
    defaultValues: { number: "", expiry: "", cvc: "" },
  });
  const { errors } = formState;
  const made = useRef<{ of: string; token: string } | undefined>(undefined);

  async function tokenOf(card: CardDraft): Promise<string | undefined> {
    const of = JSON.stringify(card);
    if (made.current?.of === of) return made.current.token;
    const expiry = expiryOf(card.expiry);
    try {
      const { token } = await makeToken({
        number: digits(card.number),
        exp_month: expiry?.month ?? 0,
        exp_year: expiry?.year ?? 0,
        cvc: card.cvc,
      });
      made.current = { of, token };
      return token;
    } catch (error) {
      const problem = toProblem(error);
      if (!problem.errors.some(({ pointer }) => AT_THE_CARD.has(pointer))) throw error;
      showProblem({ setError, getValues }, problem, { exp_month: "expiry", exp_year: "expiry" });
      return undefined;
    }
  }
  useImperativeHandle(ref, () => ({
    async token() {
      let token: string | undefined;
      await handleSubmit(async (card) => {
        token = await tokenOf(card);
      })();
      return token;
    },
    answered(problem: Problem) {
      made.current = undefined;
      if (problem.code !== "payments.declined") return false;
      setError("number", { type: "server", message: whyDeclined(problem, t) }, { shouldFocus: true });
      return true;
    },
    fill(number: string) {
      setValue("number", number, { shouldValidate: true });
      setValue("expiry", "12 / 30", { shouldValidate: true });
      setValue("cvc", "123", { shouldValidate: true });
    },
  }));

  function shaped(name: keyof CardDraft, shape: (text: string) => string) {
    return register(name, {
      onChange: (event: { target: HTMLInputElement }) => {
        const text = shape(event.target.value);
        if (text !== event.target.value) setValue(name, text);
      },
    });
  }
  return (
    <div className="grid gap-x-3.5 gap-y-4 sm:grid-cols-2">
      <Field label={t("card_number")} error={errors.number?.message} required className="sm:col-span-2">
        <Input
          controlSize="lg"
          inputMode="numeric"
          autoComplete="cc-number"
          trailing={<CreditCard aria-hidden />}
          className="figures"
          dir="ltr"
          {...shaped("number", spaced)}
        />
      </Field>
      <Field label={t("card_expiry")} error={errors.expiry?.message} required>
        <Input
          controlSize="lg"
          inputMode="numeric"
          autoComplete="cc-exp"
          placeholder={t("card_expiry_shape")}
          className="figures"
          dir="ltr"
          {...shaped("expiry", slashed)}
        />
      </Field>
      <Field label={t("card_cvc")} error={errors.cvc?.message} required>
        <Input
          controlSize="lg"
          type="password"
          inputMode="numeric"
          autoComplete="cc-csc"
          maxLength={4}
          className="figures"
          dir="ltr"
          {...register("cvc")}
        />
      </Field>
    </div>
  );
});
