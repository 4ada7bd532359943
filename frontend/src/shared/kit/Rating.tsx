import { clsx as cx } from "clsx";
import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../format";

/** "★ 4.8 (212)" */
export function Rating({ value, count, className }: { value: number; count?: number; className?: string }) {
  const { t } = useTranslation("kit");
  const { locale, number } = useFormat();
  const shown = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(
    value,
  );
  return (
    <span
      className={cx("inline-flex items-center gap-1 figures text-sm whitespace-nowrap text-muted", className)}
    >
      <Star aria-hidden className="size-3 fill-star text-star" />
      <span aria-hidden>
        {shown}
        {count !== undefined && ` (${number(count)})`}
      </span>
      <span className="sr-only">
        {count === undefined ? t("rating_bare", { value: shown }) : t("rating", { value: shown, count })}
      </span>
    </span>
  );
}

/** Five stars, filled to the value. */
export function Stars({ value, className = "size-4" }: { value: number; className?: string }) {
  const { t } = useTranslation("kit");
  return (
    <span role="img" aria-label={t("rating_bare", { value })} className="relative inline-flex w-fit">
      {["text-line-strong", "text-star"].map((colour, layer) => (
        <span
          key={colour}
          className={cx("flex gap-0.5", colour, layer === 1 && "absolute inset-0 overflow-hidden")}
          style={layer === 1 ? { width: `${(value / 5) * 100}%` } : undefined}
        >
          {[1, 2, 3, 4, 5].map((star) => (
            <Star key={star} aria-hidden className={cx("shrink-0 fill-current", className)} strokeWidth={0} />
          ))}
        </span>
      ))}
    </span>
  );
}
