import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { isolated } from "./direction";
import { formatAmount, formatMoney, type Money } from "./money";
import {
  formatDate,
  formatDateTime,
  formatDay,
  formatDays,
  formatInstant,
  formatRelative,
  formatTime,
} from "./time";

type At = string | number | Date;
type Part = string | false | null | undefined;

/** Money, numbers and times as the language in use writes them. */
export function useFormat() {
  const { i18n } = useTranslation();
  const locale = i18n.language;
  return useMemo(() => {
    const plain = new Intl.NumberFormat(locale);
    const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
    const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
    return {
      locale,
      /** "Nordmarkt · 16 Nov 2026": what is there of the parts, each in its own writing direction. */
      joined: (parts: readonly Part[]) =>
        parts
          .filter((part): part is string => Boolean(part))
          .map((part) => isolated(part, locale))
          .join(" · "),
      money: (money: Money) => formatMoney(money, locale),
      amount: (money: Money) => formatAmount(money, locale),
      number: (value: number) => plain.format(value),
      compact: (value: number) => compact.format(value),
      /** 0.124 is "12.4%" */
      percent: (share: number) => percent.format(share),
      date: (at: At) => formatDate(at, locale),
      day: (at: At) => formatDay(at, locale),
      days: (from: At, to: At) => formatDays(from, to, locale),
      dateTime: (at: At) => formatDateTime(at, locale),
      instant: (at: At) => formatInstant(at, locale),
      time: (at: At) => formatTime(at, locale),
      relative: (at: At) => formatRelative(at, locale),
    };
  }, [locale]);
}
