import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect, useMemo } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router-dom";
import { showProblem } from "@/shared/api";
import { useRegister } from "@/shared/api/generated/identity/identity";
import { Button, Field, Input, Notice } from "@/shared/kit";
import { EntryFrame } from "./EntryFrame";
import { registerRules, type NewAccount } from "./rules";
import { useWelcome } from "./useSession";

/** An account that works in every marketplace here. */
export function RegisterPage() {
  const { t } = useTranslation("session");
  const { search } = useLocation();
  useEffect(() => {
    document.title = `${t("register")} · Velora`;
  }, [t]);
  return (
    <EntryFrame>
      <h1 className="text-2xl font-bold tracking-tight">{t("register")}</h1>
      <p className="mt-1 mb-7 text-muted">
        {t("register_lead")}{" "}
        <Link to={`/signin${search}`} className="font-medium text-accent underline underline-offset-4">
          {t("sign_in_instead")}
        </Link>
      </p>
      <RegisterForm />
    </EntryFrame>
  );
}

function RegisterForm() {
  const { t } = useTranslation("session");
  const rules = useMemo(() => registerRules(t), [t]);
  const welcome = useWelcome();
  const form = useForm<NewAccount>({
    resolver: zodResolver(rules),
    mode: "onTouched",
    defaultValues: { name: "", email: "", password: "" },
  });
  const { errors } = form.formState;
  const register = useRegister({
    mutation: { onSuccess: welcome, onError: (problem) => showProblem(form, problem) },
  });
  const submit = form.handleSubmit((data) => register.mutate({ data }));
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
      {errors.root && <Notice tone="negative" title={errors.root.message} />}
      <Field label={t("name")} error={errors.name?.message} required>
        <Input controlSize="lg" autoComplete="name" {...form.register("name")} />
      </Field>
      <Field label={t("email")} error={errors.email?.message} required>
        <Input controlSize="lg" type="email" autoComplete="email" {...form.register("email")} />
      </Field>
      <Field label={t("password")} hint={t("password_hint")} error={errors.password?.message} required>
        <Input controlSize="lg" type="password" autoComplete="new-password" {...form.register("password")} />
      </Field>
      <Button type="submit" tone="primary" size="lg" busy={register.isPending} className="mt-2 w-full">
        {t("register")}
      </Button>
    </form>
  );
}
