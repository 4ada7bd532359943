import { clsx as cx } from "clsx";
import { STATE_TONES, type StateTone } from "./Chip";

/** How many wait: beside a menu entry or on an icon. Shows nothing for none. */
export function Badge({
  count,
  tone = "neutral",
  className,
}: {
  count: number;
  tone?: StateTone | "solid";
  className?: string;
}) {
  if (count === 0) return null;
  return (
    <span
      className={cx(
        "inline-flex h-[22px] min-w-[22px] items-center justify-center rounded-full px-1.5 figures text-xs font-semibold",
        tone === "solid" ? "bg-accent text-on-accent" : STATE_TONES[tone],
        className,
      )}
    >
      {count > 999 ? "999+" : count}
    </span>
  );
}
