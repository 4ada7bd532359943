import { useFormat } from "@/shared/format";

/** Milliseconds until then; below zero when it has passed. */
export function timeLeft(until: string): number {
  return new Date(until).getTime() - Date.now();
}

export function isToday(at: string): boolean {
  return daysAgo(at) === 0;
}

/** "Today, 09:41", "Yesterday", "Sat 21 Nov" */
export function useWhen(): (at: string) => string {
  const { locale, time, day } = useFormat();
  const near = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  return (at) => {
    const ago = daysAgo(at);
    if (ago !== 0 && ago !== 1) return day(at);
    const word = near.format(-ago, "day").replace(/^./, (letter) => letter.toLocaleUpperCase(locale));
    return ago === 0 ? `${word}, ${time(at)}` : word;
  };
}

function daysAgo(at: string): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  return Math.round((midnight(new Date()) - midnight(new Date(at))) / 86_400_000);
}
