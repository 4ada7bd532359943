import { z } from "@/shared/zod";

const POSTAL: Record<string, RegExp> = {
  DE: /^\d{5}$/,
  AT: /^\d{4}$/,
  CH: /^\d{4}$/,
  DK: /^\d{4}$/,
  BE: /^\d{4}$/,
  FR: /^\d{5}$/,
  FI: /^\d{5}$/,
  NL: /^\d{4} ?[A-Z]{2}$/i,
  SE: /^\d{3} ?\d{2}$/,
  GB: /^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$/i,
  US: /^\d{5}(-\d{4})?$/,
  CA: /^[A-Z]\d[A-Z] ?\d[A-Z]\d$/i,
};

const EXAMPLES: Record<string, string> = {
  DE: "24103",
  AT: "1010",
  CH: "8001",
  DK: "2100",
  BE: "1000",
  FR: "75011",
  FI: "00100",
  NL: "1012 AB",
  SE: "111 22",
  GB: "SW1A 1AA",
  US: "10001",
  CA: "K1A 0B1",
};

type Say = (key: string, facts?: Record<string, string>) => string;

/** What an address must be, in the words of whoever fills it in. */
export function addressRules(t: Say) {
  const needed = (key: string, most: number) => z.string().trim().min(1, t(key)).max(most, t("too_long"));
  return z
    .object({
      email: z
        .string()
        .trim()
        .min(1, t("email_needed"))
        .max(254, t("too_long"))
        .regex(/^[^@\s]+@[^@\s]+\.[^@\s]+$/, t("email_wrong")),
      name: needed("name_needed", 120),
      line1: needed("line1_needed", 120),
      line2: z.string().trim().max(120, t("too_long")),
      postal_code: needed("postal_needed", 16),
      city: needed("city_needed", 80),
      country: z.string().min(2, t("country_needed")),
      phone: z
        .string()
        .trim()
        .max(40, t("too_long"))
        .regex(/^[+\d\s()/-]*$/, t("phone_wrong")),
    })
    .superRefine((address, context) => {
      const pattern = POSTAL[address.country];
      if (pattern && address.postal_code && !pattern.test(address.postal_code.trim()))
        context.addIssue({
          code: "custom",
          path: ["postal_code"],
          message: t("postal_wrong", { example: EXAMPLES[address.country] ?? "" }),
        });
    });
}
