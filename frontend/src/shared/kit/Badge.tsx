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
        "inline-flex items-center justify-center rounded-full figures font-semibold",
        tone === "solid"
          ? "h-[18px] min-w-[18px] px-1 text-[0.6875rem]"
          : "h-[22px] min-w-[22px] px-1.5 text-xs",
        tone === "solid" ? "bg-accent text-on-accent" : STATE_TONES[tone],
        className,
      )}
    >
      {count > 999 ? "999+" : count}
    </span>
  );
}
