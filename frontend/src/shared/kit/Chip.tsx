import { clsx as cx } from "clsx";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

export const STATE_TONES = {
  neutral: "bg-sunken text-muted dark:bg-line",
  accent: "bg-accent-soft text-accent",
  positive: "bg-positive-soft text-positive",
  warning: "bg-warning-soft text-warning",
  negative: "bg-negative-soft text-negative",
  info: "bg-info-soft text-info",
} as const;

export type StateTone = keyof typeof STATE_TONES;

/** A state in a word or two ("Late by 3 h"). */
export function Chip({
  tone = "neutral",
  icon,
  children,
  className,
}: {
  tone?: StateTone;
  icon?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <span
      className={cx(
        "inline-flex h-[23px] max-w-full items-center gap-1.5 rounded-full px-2.5 text-xs font-semibold whitespace-nowrap [&_svg]:size-3.5",
        STATE_TONES[tone],
        className,
      )}
    >
      {icon}
      <span className="truncate">{children}</span>
    </span>
  );
}

/** A filter that is on, with a way to take it off. */
export function FilterChip({
  children,
  name,
  onRemove,
}: {
  children: ReactNode;
  name: string;
  onRemove: () => void;
}) {
  const { t } = useTranslation("kit");
  return (
    <span className="inline-flex h-8 items-center gap-1 rounded-full bg-accent-soft ps-3 pe-1 text-sm font-medium text-accent">
      {children}
      <button
        type="button"
        aria-label={t("remove_named", { name })}
        onClick={onRemove}
        className="inline-flex size-6 items-center justify-center rounded-full hover:bg-accent/15"
      >
        <X aria-hidden className="size-3.5" />
      </button>
    </span>
  );
}

/** One of a row of choices or filters to press. */
export function ToggleChip({
  pressed,
  onPress,
  children,
}: {
  pressed: boolean;
  onPress: (pressed: boolean) => void;
  children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={() => onPress(!pressed)}
      className="inline-flex h-9 items-center gap-2 rounded-full border border-line-strong bg-surface px-3.5 text-base font-medium transition-colors duration-150 hover:bg-sunken aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
    >
      {children}
    </button>
  );
}
