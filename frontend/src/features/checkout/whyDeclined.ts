import type { TFunction } from "i18next";
import type { Problem } from "@/shared/api";

/** What the bank said, in the buyer's language: by the reason it gave, or that it said no. */
export function whyDeclined({ facts }: Problem, t: TFunction<"checkout">): string {
  const other = t("declined.other");
  return typeof facts.reason === "string" ? t(`declined.${facts.reason}`, { defaultValue: other }) : other;
}
