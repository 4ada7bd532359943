import { CreditCard } from "lucide-react";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Field, Input } from "@/shared/kit";
import { slashed, spaced, type CardDraft } from "./cardRules";

/** Number, expiry, code: written as they stand on a card. */
export function CardFields({ form }: { form: UseFormReturn<CardDraft> }) {
  const { t } = useTranslation("checkout");
  const { register, formState, setValue } = form;
  const { errors } = formState;
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
}
