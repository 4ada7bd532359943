import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { showProblem, type Problem } from "@/shared/api";
import { getShowImprintQueryKey, setImprint } from "@/shared/api/generated/documents/documents";
import type { ImprintIn, ImprintOut } from "@/shared/api/generated/model";
import { Button, Field, Input, Notice, toast } from "@/shared/kit";
import { imprintRules } from "./imprintRules";

type Texts = Required<ImprintIn>;

/** Its texts as they are now, to be changed by an owner. */
export function ImprintForm({ sellerId, imprint }: { sellerId: string; imprint: ImprintOut }) {
  const { t } = useTranslation("imprint");
  const cache = useQueryClient();
  const rules = useMemo(() => imprintRules(t), [t]);
  const form = useForm<Texts>({
    resolver: zodResolver(rules),
    mode: "onTouched",
    defaultValues: textsOf(imprint),
  });
  const save = useMutation<ImprintOut, Problem, Texts>({
    mutationFn: (texts) => setImprint(sellerId, texts),
    onError: (problem) => showProblem(form, problem),
    onSuccess: (saved) => {
      cache.setQueryData(getShowImprintQueryKey(sellerId), saved);
      form.reset(textsOf(saved));
      toast({ title: t("saved"), tone: "positive" });
    },
  });
  const { errors } = form.formState;
  const { register } = form;
  const said = (field: keyof Texts) => errors[field]?.message;
  const submit = form.handleSubmit((texts) => save.mutate(texts));
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
      {errors.root && <Notice tone="negative" title={errors.root.message} />}
      <Field label={t("legal_name")} hint={t("legal_name_hint")} error={said("legal_name")} required>
        <Input autoComplete="organization" {...register("legal_name")} />
      </Field>
      <Field label={t("line1")} error={said("line1")} required>
        <Input autoComplete="address-line1" {...register("line1")} />
      </Field>
      <Field label={t("line2")} error={said("line2")} optional>
        <Input autoComplete="address-line2" {...register("line2")} />
      </Field>
      <div className="grid gap-4 sm:grid-cols-4">
        <Field label={t("postal_code")} error={said("postal_code")} required>
          <Input autoComplete="postal-code" {...register("postal_code")} />
        </Field>
        <Field label={t("city")} error={said("city")} required className="sm:col-span-2">
          <Input autoComplete="address-level2" {...register("city")} />
        </Field>
        <Field label={t("country")} hint={t("country_hint")} error={said("country")} required>
          <Input autoComplete="country" maxLength={2} className="uppercase" {...register("country")} />
        </Field>
      </div>
      <Field label={t("tax_number")} hint={t("tax_number_hint")} error={said("tax_number")} optional>
        <Input {...register("tax_number")} />
      </Field>
      <div>
        <Button type="submit" tone="primary" busy={save.isPending}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}

function textsOf(imprint: ImprintOut): Texts {
  const { legal_name, line1, line2 = "", postal_code, city, country, tax_number = "" } = imprint;
  return { legal_name, line1, line2, postal_code, city, country, tax_number };
}
