import { clsx as cx } from "clsx";
import type { ReactNode } from "react";
import { Skeleton } from "./Skeleton";

const NOTES = {
  neutral: "text-muted",
  positive: "text-positive",
  warning: "text-warning",
  negative: "text-negative",
} as const;

interface StatProps {
  name: ReactNode;
  value: ReactNode;
  note?: ReactNode;
  tone?: keyof typeof NOTES;
  loading?: boolean;
}

/** One figure with its name and what it means today. */
export function Stat({ name, value, note, tone = "neutral", loading = false }: StatProps) {
  return (
    <div className="min-w-0 rounded-lg border bg-surface px-3.5 py-3 sm:px-[18px] sm:py-4">
      <p className="text-sm text-muted">{name}</p>
      {loading ? (
        <Skeleton className="my-1.5 h-7 w-2/3" />
      ) : (
        <p className="my-0.5 truncate figures text-lg leading-9 font-semibold tracking-tight sm:text-[1.625rem]">
          {value}
        </p>
      )}
      <p className={cx("text-sm text-pretty", NOTES[tone])}>{note ?? "\u00a0"}</p>
    </div>
  );
}

export function Stats({ children }: { children: ReactNode }) {
  return (
    <div className="grid grid-cols-2 gap-3 lg:auto-cols-fr lg:grid-flow-col lg:grid-cols-none">
      {children}
    </div>
  );
}
