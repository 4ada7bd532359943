import { useEffect, useState } from "react";
import { useFormat } from "@/shared/format";

/** "3 seconds": how long ago something was, second by second, by the clock of the server that said `serverNow` when we `heard` it. */
export function useAge(
  at: string | undefined,
  serverNow: string | undefined,
  heard: number,
): string | undefined {
  const { locale } = useFormat();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  if (!at || !serverNow) return undefined;
  const then = Date.parse(serverNow) - Date.parse(at);
  return written(Math.max(0, then + Math.max(0, now - heard)) / 1000, locale);
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

function written(seconds: number, locale: string): string {
  const [unit, size] = UNITS.find(([, many]) => seconds >= many) ?? (["second", 1] as const);
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(
    Math.floor(seconds / size),
  );
}
