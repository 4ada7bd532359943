import { clsx as cx } from "clsx";
import { forwardRef, useState, type InputHTMLAttributes } from "react";
import { currencySymbol, formatAmount, parseMoney, useFormat, type Money } from "../format";
import { Input } from "./Input";

interface MoneyInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "onChange" | "size"> {
  value: Money | undefined;
  currency: string;
  /** Hears minor units, or undefined while what is typed is no amount. */
  onChange: (money: Money | undefined) => void;
}

/** Takes an amount as the locale writes it and hands on minor units. */
export const MoneyInput = forwardRef<HTMLInputElement, MoneyInputProps>(function MoneyInput(
  { value, currency, onChange, onBlur, className, ...rest },
  ref,
) {
  const { locale } = useFormat();
  const [typed, setTyped] = useState<string>();
  const { symbol, leads } = currencySymbol(currency, locale);
  const shown = typed ?? (value ? formatAmount(value, locale) : "");
  return (
    <Input
      ref={ref}
      inputMode="decimal"
      autoComplete="off"
      {...(leads ? { leading: symbol } : { trailing: symbol })}
      className={cx("figures", leads ? "text-start" : "text-end", className)}
      value={shown}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(parseMoney(event.target.value, currency, locale));
      }}
      onBlur={(event) => {
        if (value) setTyped(undefined);
        onBlur?.(event);
      }}
      style={{ [leads ? "paddingInlineStart" : "paddingInlineEnd"]: `calc(${symbol.length}ch + 1.375rem)` }}
      {...rest}
    />
  );
});
