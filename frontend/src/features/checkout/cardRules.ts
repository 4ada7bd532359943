import { z } from "@/shared/zod";

export interface CardDraft {
  number: string;
  expiry: string;
  cvc: string;
}

type Say = (key: string) => string;

/** A number whose check digit is right, an expiry ahead of us, a code of three or four digits. */
export function cardRules(t: Say, today = new Date()) {
  return z.object({
    number: z
      .string()
      .min(1, t("card_number_needed"))
      .refine((text) => isCardNumber(digits(text)), t("card_number_wrong")),
    expiry: z
      .string()
      .min(1, t("card_expiry_needed"))
      .refine((text) => expiryOf(text) !== undefined, t("card_expiry_wrong"))
      .refine((text) => {
        const at = expiryOf(text);
        return !at || at.year * 12 + at.month >= today.getFullYear() * 12 + today.getMonth() + 1;
      }, t("card_expired")),
    cvc: z.string().regex(/^\d{3,4}$/, t("card_cvc_wrong")),
  });
}

export const digits = (text: string) => text.replace(/\D/g, "");

/** "4242 4242 4242 4242" */
export const spaced = (text: string) =>
  digits(text)
    .slice(0, 19)
    .replace(/(\d{4})(?=\d)/g, "$1 ");

/** "11 / 28", growing as it is typed. */
export function slashed(text: string): string {
  const plain = digits(text).slice(0, 4);
  return plain.length > 2 ? `${plain.slice(0, 2)} / ${plain.slice(2)}` : plain;
}

export function expiryOf(text: string): { month: number; year: number } | undefined {
  const found = /^(0[1-9]|1[0-2]) ?\/ ?(\d{2})$/.exec(text.trim());
  return found ? { month: Number(found[1]), year: 2000 + Number(found[2]) } : undefined;
}

/** Luhn's check. */
export function isCardNumber(number: string): boolean {
  if (!/^\d{12,19}$/.test(number)) return false;
  const sum = Array.from(number)
    .reverse()
    .reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
  return sum % 10 === 0;
}
