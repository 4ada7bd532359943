import { clsx as cx } from "clsx";
import { useTranslation } from "react-i18next";
import { useFormat, type Money } from "../format";

const SIZES = { sm: "text-base", md: "text-md", lg: "text-xl" } as const;

interface PriceProps {
  price: Money;
  /** What it cost before; shown struck through when it is more. */
  before?: Money | undefined;
  /** Others of it cost more: "From €9.00". */
  from?: boolean;
  size?: keyof typeof SIZES;
}

export function Price({ price, before, from = false, size = "md" }: PriceProps) {
  const { t } = useTranslation("kit");
  const { money } = useFormat();
  const lowered = before !== undefined && before.amount > price.amount;
  return (
    <p className={cx("flex flex-wrap items-baseline gap-x-2 figures font-semibold", SIZES[size])}>
      {lowered && <span className="sr-only">{t("price_now")}</span>}
      <span>{from ? t("price_from", { price: money(price) }) : money(price)}</span>
      {lowered && (
        <s className="text-[0.875em] font-normal text-muted">
          <span className="sr-only">{t("price_before")} </span>
          {money(before)}
        </s>
      )}
    </p>
  );
}

/** "−21%", or nothing when the price was not lowered. */
export function Discount({ price, before }: { price: Money; before: Money | undefined }) {
  const { percent } = useFormat();
  if (!before || before.amount <= price.amount) return null;
  const share = Math.floor((1 - price.amount / before.amount) * 100) / 100;
  return (
    <span className="inline-flex h-[22px] items-center rounded-full bg-surface px-2.5 figures text-xs font-semibold text-negative">
      {percent(-share).replace("-", "−")}
    </span>
  );
}
