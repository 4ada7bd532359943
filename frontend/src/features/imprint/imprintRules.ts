import type { TFunction } from "i18next";
import { z } from "@/shared/zod";

/** What an imprint must be, in the words of whoever fills it in. */
export function imprintRules(t: TFunction<"imprint">) {
  const short = (most: number) => z.string().trim().max(most, t("too_long", { most }));
  return z.object({
    legal_name: short(120).min(1, t("legal_name_needed")),
    line1: short(120).min(1, t("line1_needed")),
    line2: short(120),
    postal_code: short(16).min(1, t("postal_code_needed")),
    city: short(80).min(1, t("city_needed")),
    country: z
      .string()
      .trim()
      .toUpperCase()
      .regex(/^[A-Z]{2}$/, t("country_wrong")),
    tax_number: short(30),
  });
}
