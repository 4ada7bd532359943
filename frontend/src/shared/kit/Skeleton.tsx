import { clsx as cx } from "clsx";
import { useTranslation } from "react-i18next";

/** The shape of what is coming; give it the height and width of the real thing. */
export function Skeleton({ className }: { className?: string }) {
  return (
    <span
      aria-hidden
      className={cx(
        "block animate-shimmer bg-linear-to-r from-sunken via-line to-sunken bg-size-[200%_100%] dark:from-line dark:via-line-strong dark:to-line",
        !className?.includes("rounded-") && "rounded-sm",
        className,
      )}
    />
  );
}

/** Lines of text that are coming; says so to those who cannot see it. */
export function SkeletonText({ lines = 3 }: { lines?: number }) {
  const { t } = useTranslation("kit");
  return (
    <div role="status" aria-label={t("loading")} className="grid gap-2.5">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} className={cx("h-3.5", line === lines - 1 ? "w-3/5" : "w-full")} />
      ))}
    </div>
  );
}
