import type { TFunction } from "i18next";
import { z } from "@/shared/zod";

export interface Credentials {
  email: string;
  password: string;
}

export interface NewAccount extends Credentials {
  name: string;
}

const email = (t: TFunction<"session">) =>
  z
    .string()
    .trim()
    .min(1, t("email_missing"))
    .pipe(z.email(t("email_wrong")));

export function signInRules(t: TFunction<"session">) {
  return z.object({ email: email(t), password: z.string().min(1, t("password_missing")) });
}

export function registerRules(t: TFunction<"session">) {
  return z.object({
    name: z.string().trim().min(1, t("name_missing")).max(120, t("name_long")),
    email: email(t),
    password: z.string().min(10, t("password_short")).max(200, t("password_long")),
  });
}
