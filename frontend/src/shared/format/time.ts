type Instant = string | number | Date;

const STEPS: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "16 Nov 2026" */
export function formatDate(at: Instant, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(dated(locale), { dateStyle: "medium", timeZone }).format(new Date(at));
}

/** "Thu 26 Nov": a day near enough to need no year. */
export function formatDay(at: Instant, locale: string, timeZone?: string): string {
  const parts: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short", timeZone };
  return new Intl.DateTimeFormat(dated(locale), parts).format(new Date(at)).replace(",", "");
}

/** "Tue 24 – Thu 26 Nov": two days near enough to need no year, the month once where it is the same. */
export function formatDays(from: Instant, to: Instant, locale: string, timeZone?: string): string {
  const month = new Intl.DateTimeFormat("en", { month: "numeric", timeZone });
  const same = month.format(new Date(from)) === month.format(new Date(to));
  const short = new Intl.DateTimeFormat(dated(locale), { weekday: "short", day: "numeric", timeZone });
  const first = same ? short.format(new Date(from)).replace(",", "") : formatDay(from, locale, timeZone);
  return `${first} – ${formatDay(to, locale, timeZone)}`;
}

/** "16 Nov 2026, 10:04" */
export function formatDateTime(at: Instant, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(dated(locale), { dateStyle: "medium", timeStyle: "short", timeZone }).format(
    new Date(at),
  );
}

/** "16 Nov 2026, 10:04:11", where seconds tell events apart */
export function formatInstant(at: Instant, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(dated(locale), {
    dateStyle: "medium",
    timeStyle: "medium",
    timeZone,
  }).format(new Date(at));
}

/** "10:04" */
export function formatTime(at: Instant, locale: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(dated(locale), { timeStyle: "short", timeZone }).format(new Date(at));
}

/** "in 3 hours", "yesterday", "now" */
export function formatRelative(at: Instant, locale: string, now: Instant = Date.now()): string {
  const seconds = (new Date(at).getTime() - new Date(now).getTime()) / 1000;
  const [unit, size] = STEPS.find(([, step]) => Math.abs(seconds) >= step) ?? ["second", 1];
  const amount = Math.trunc(seconds / size);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(
    unit === "second" ? 0 : amount,
    unit,
  );
}

/** Plain English means the day-month order and 24 hours most of its readers here use; a region says otherwise. */
function dated(locale: string): string {
  return locale === "en" ? "en-GB" : locale;
}
