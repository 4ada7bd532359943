import { zodResolver } from "@hookform/resolvers/zod";
import { useEffect, useMemo } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router-dom";
import { showProblem } from "@/shared/api";
import { useListDemoAccounts, useSignInWithPassword } from "@/shared/api/generated/identity/identity";
import { Button, Field, Input, Notice } from "@/shared/kit";
import { DemoAccounts } from "./DemoAccounts";
import { EntryFrame } from "./EntryFrame";
import { signInRules, type Credentials } from "./rules";
import { useWelcome } from "./useSession";

/** Sign in by password; in demo mode also by one click as somebody of the demo. */
export function SignInPage() {
  const { t } = useTranslation("session");
  const { search } = useLocation();
  const demo = useListDemoAccounts({ query: { retry: false, staleTime: Infinity } });
  useEffect(() => {
    document.title = `${t("sign_in")} · Velora`;
  }, [t]);
  return (
    <EntryFrame aside={demo.data && <DemoAccounts demo={demo.data} />}>
      <h1 className="text-2xl font-bold tracking-tight">{t("sign_in")}</h1>
      <p className="mt-1 mb-7 text-muted">
        {t("new_here")}{" "}
        <Link to={`/register${search}`} className="font-medium text-accent underline underline-offset-4">
          {t("register")}
        </Link>
      </p>
      <SignInForm />
    </EntryFrame>
  );
}

function SignInForm() {
  const { t } = useTranslation("session");
  const rules = useMemo(() => signInRules(t), [t]);
  const welcome = useWelcome();
  const form = useForm<Credentials>({
    resolver: zodResolver(rules),
    mode: "onTouched",
    defaultValues: { email: "", password: "" },
  });
  const { errors } = form.formState;
  const signIn = useSignInWithPassword({
    mutation: { onSuccess: welcome, onError: (problem) => showProblem(form, problem) },
  });
  const submit = form.handleSubmit((data) => signIn.mutate({ data }));
  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
      {errors.root && <Notice tone="negative" title={errors.root.message} />}
      <Field label={t("email")} error={errors.email?.message} required>
        <Input controlSize="lg" type="email" autoComplete="username" {...form.register("email")} />
      </Field>
      <Field label={t("password")} error={errors.password?.message} required>
        <Input
          controlSize="lg"
          type="password"
          autoComplete="current-password"
          {...form.register("password")}
        />
      </Field>
      <Button type="submit" tone="primary" size="lg" busy={signIn.isPending} className="mt-2 w-full">
        {t("sign_in")}
      </Button>
    </form>
  );
}
