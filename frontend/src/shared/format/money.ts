import { isolated, isRightToLeft } from "./direction";

/** An amount in the currency's smallest unit, as the API tells it. */
export interface Money {
  amount: number;
  currency: string;
}

const formatters = new Map<string, Intl.NumberFormat>();

/** "€1,149.00" or "1.149,00 €": minor units shown as the locale writes money, exact for every safe integer. */
export function formatMoney(money: Money, locale: string): string {
  const amount = toDecimal(money.amount, minorDigits(money.currency));
  const format = formatter(money.currency, locale);
  if (!isRightToLeft(locale)) return format.format(amount);
  // "US$" is Latin and must not be torn apart among Arabic words.
  return format
    .formatToParts(amount)
    .map(({ type, value }) => (type === "currency" ? isolated(value, locale) : value))
    .join("");
}

/** "1,149.00" for columns whose currency stands elsewhere. */
export function formatAmount(money: Money, locale: string): string {
  const digits = minorDigits(money.currency);
  return new Intl.NumberFormat(locale, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(toDecimal(money.amount, digits));
}

/** Reads what a person typed ("1.149,5", "€ 38.50") as minor units; undefined when it is no amount of this currency. */
export function parseMoney(text: string, currency: string, locale: string): Money | undefined {
  const decimal = separator(currency, locale);
  const plain = text.replace(/[^\d.,٫-]/g, "").replaceAll("٫", ".");
  const foreign = decimal === "," ? "." : ",";
  const [whole = "", fraction = "", ...more] = plain.replaceAll(foreign, "").split(decimal);
  const digits = minorDigits(currency);
  if (more.length > 0 || fraction.length > digits || !/^-?\d+$/.test(whole || "0") || !/^\d*$/.test(fraction))
    return undefined;
  if (!whole && !fraction) return undefined;
  const amount = Number(`${whole || "0"}${fraction.padEnd(digits, "0")}`);
  return Number.isSafeInteger(amount) ? { amount, currency } : undefined;
}

/** How many digits the currency has behind the point: 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  return formatter(currency, "en").resolvedOptions().maximumFractionDigits ?? 2;
}

/** "€", "£", "CA$" and where the locale puts it. */
export function currencySymbol(currency: string, locale: string): { symbol: string; leads: boolean } {
  const parts = formatter(currency, locale).formatToParts(1);
  const at = parts.findIndex((part) => part.type === "currency");
  return {
    symbol: parts[at]?.value ?? currency,
    leads: at < parts.findIndex((part) => part.type === "integer"),
  };
}

function separator(currency: string, locale: string): string {
  const found = formatter(currency, locale)
    .formatToParts(1.5)
    .find((part) => part.type === "decimal")?.value;
  return found === "," ? "," : ".";
}

function toDecimal(amount: number, digits: number): Intl.StringNumericLiteral {
  const text = Math.abs(amount)
    .toString()
    .padStart(digits + 1, "0");
  const point = text.length - digits;
  const sign = amount < 0 ? "-" : "";
  return `${sign}${text.slice(0, point)}${digits ? "." : ""}${text.slice(point)}` as Intl.StringNumericLiteral;
}

function formatter(currency: string, locale: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
  });
  formatters.set(key, made);
  return made;
}
