import { forwardRef } from "react";
import { useTranslation } from "react-i18next";
import type { CardFormOut } from "@/shared/api/generated/model";
import { Skeleton } from "@/shared/kit";
import type { CardForm } from "./cardForm";
import { SandboxCardForm } from "./SandboxCardForm";
import { StripeCardForm } from "./StripeCardForm";

/** The form of the gateway that this marketplace trades with. */
export const NewCard = forwardRef<CardForm, { of: CardFormOut | undefined }>(function NewCard({ of }, ref) {
  const { language } = useTranslation("checkout").i18n;
  if (!of) return <Skeleton className="h-40" />;
  if (of.gateway === "stripe")
    return <StripeCardForm key={language} ref={ref} publishableKey={of.publishable_key ?? ""} />;
  return <SandboxCardForm ref={ref} />;
});
