import { zodResolver } from "@hookform/resolvers/zod";
import { ArrowLeft, ArrowRight } from "lucide-react";
import { useMemo } from "react";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import { useMe } from "@/shared/api/generated/identity/identity";
import { useReadStorefront } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import { Button, Field, Input, Select } from "@/shared/kit";
import { addressRules } from "./addressRules";
import { BackLink, StepTitle } from "./StepParts";
import { useDraft, type AddressDraft } from "./useDraft";

/** Where it goes and whom to write to. */
export function AddressStep() {
  const { t } = useTranslation("checkout");
  const me = useMe();
  const store = useReadStorefront();
  if (me.isPending || store.isPending) return null;
  return (
    <>
      <StepTitle>{t("address_title")}</StepTitle>
      <AddressForm
        email={me.data?.account?.email ?? ""}
        name={me.data?.account?.name ?? ""}
        countries={store.data?.countries ?? []}
        country={store.data?.country ?? ""}
      />
    </>
  );
}

interface AddressFormProps {
  email: string;
  name: string;
  countries: readonly string[];
  country: string;
}

function AddressForm({ email, name, countries, country }: AddressFormProps) {
  const { t } = useTranslation("checkout");
  const { locale } = useFormat();
  const navigate = useNavigate();
  const { address, setAddress } = useDraft();
  const rules = useMemo(() => addressRules(t), [t]);
  const { register, handleSubmit, control, formState } = useForm<AddressDraft>({
    resolver: zodResolver(rules),
    mode: "onTouched",
    defaultValues: address ?? {
      email,
      name,
      line1: "",
      line2: "",
      postal_code: "",
      city: "",
      country,
      phone: "",
    },
  });
  const { errors } = formState;
  const names = useMemo(() => new Intl.DisplayNames(locale, { type: "region" }), [locale]);
  const options = useMemo(
    () =>
      countries
        .map((code) => ({ value: code, label: names.of(code) ?? code }))
        .sort((a, b) => a.label.localeCompare(b.label, locale)),
    [countries, names, locale],
  );
  const said = (field: keyof AddressDraft) => errors[field]?.message;
  const onSubmit = handleSubmit((filled) => {
    setAddress(filled);
    navigate("/checkout/delivery");
  });
  return (
    <form noValidate onSubmit={(event) => void onSubmit(event)} className="grid gap-5">
      <fieldset className="rounded-lg border bg-surface p-5">
        <legend className="sr-only">{t("contact")}</legend>
        <Field
          label={t("email")}
          hint={t("email_hint")}
          error={said("email")}
          required
          aside={
            !email && (
              <Link to="/signin?next=/checkout/address" className="font-medium text-accent hover:underline">
                {t("have_account")}
              </Link>
            )
          }
        >
          <Input
            controlSize="lg"
            type="email"
            autoComplete="email"
            inputMode="email"
            {...register("email")}
          />
        </Field>
      </fieldset>
      <fieldset className="grid gap-4 rounded-lg border bg-surface p-5 sm:grid-cols-6">
        <legend className="sr-only">{t("address")}</legend>
        <Field label={t("name")} error={said("name")} required className="sm:col-span-6">
          <Input controlSize="lg" autoComplete="shipping name" {...register("name")} />
        </Field>
        <Field label={t("line1")} error={said("line1")} required className="sm:col-span-6">
          <Input controlSize="lg" autoComplete="shipping address-line1" {...register("line1")} />
        </Field>
        <Field label={t("line2")} error={said("line2")} optional className="sm:col-span-6">
          <Input controlSize="lg" autoComplete="shipping address-line2" {...register("line2")} />
        </Field>
        <Field label={t("postal_code")} error={said("postal_code")} required className="sm:col-span-2">
          <Input controlSize="lg" autoComplete="shipping postal-code" {...register("postal_code")} />
        </Field>
        <Field label={t("city")} error={said("city")} required className="sm:col-span-4">
          <Input controlSize="lg" autoComplete="shipping address-level2" {...register("city")} />
        </Field>
        <Field label={t("country")} error={said("country")} required className="sm:col-span-3">
          <Controller
            control={control}
            name="country"
            render={({ field }) => (
              <Select
                ref={field.ref}
                options={options}
                value={field.value}
                onChange={field.onChange}
                onBlur={field.onBlur}
                className="h-11! text-md!"
              />
            )}
          />
        </Field>
        <Field label={t("phone")} error={said("phone")} optional className="sm:col-span-3">
          <Input controlSize="lg" type="tel" autoComplete="shipping tel" {...register("phone")} />
        </Field>
      </fieldset>
      <div className="flex flex-wrap-reverse items-center justify-between gap-4 pt-1">
        <BackLink to="/cart" icon={<ArrowLeft aria-hidden className="size-4 flip-rtl" />}>
          {t("back_to_cart")}
        </BackLink>
        <Button type="submit" tone="primary" size="xl" className="max-sm:w-full">
          {t("to_delivery")}
          <ArrowRight aria-hidden className="flip-rtl" />
        </Button>
      </div>
    </form>
  );
}
