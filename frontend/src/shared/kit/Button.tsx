import { Slot, Slottable } from "@radix-ui/react-slot";
import { clsx as cx } from "clsx";
import { forwardRef, type ButtonHTMLAttributes } from "react";
import { Spinner } from "./Spinner";

const TONES = {
  primary: "bg-accent text-on-accent hover:bg-accent/90 border-transparent",
  secondary: "bg-surface text-text border-line-strong hover:bg-sunken",
  quiet: "text-text border-transparent hover:bg-text/6",
  soft: "bg-accent-soft text-accent border-transparent hover:border-accent/40",
  danger: "bg-negative text-surface border-transparent hover:bg-negative/90",
  link: "text-accent border-transparent underline-offset-4 hover:underline",
} as const;

const SIZES = {
  sm: "h-8 px-3 text-sm gap-1.5 [&_svg]:size-4",
  md: "h-9 px-3.5 text-base gap-2 [&_svg]:size-[17px]",
  lg: "h-11 px-5 text-md gap-2.5 [&_svg]:size-[18px]",
  xl: "h-[50px] px-7 text-md gap-2.5 [&_svg]:size-[18px]",
} as const;

export type ButtonTone = keyof typeof TONES;
export type ButtonSize = keyof typeof SIZES;

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  tone?: ButtonTone;
  size?: ButtonSize;
  /** Shows that the work has begun and takes no second click; the words stay. */
  busy?: boolean;
  /** Dresses the one child (a link) instead of being a button. */
  asChild?: boolean;
}

/** Says what happens ("Release 12 payouts"). One primary button per screen. */
export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(
  { tone = "secondary", size = "md", busy = false, asChild = false, className, children, disabled, ...rest },
  ref,
) {
  const Element = asChild ? Slot : "button";
  const state = asChild ? {} : { type: rest.type ?? ("button" as const), disabled: disabled ?? busy };
  return (
    <Element
      ref={ref}
      aria-busy={busy || undefined}
      className={cx(
        "inline-flex shrink-0 items-center justify-center rounded-button border font-semibold whitespace-nowrap transition-colors duration-150 select-none print:hidden",
        "active:translate-y-px disabled:pointer-events-none aria-disabled:pointer-events-none",
        busy ? "disabled:opacity-80" : "disabled:opacity-45",
        "[&_svg]:shrink-0",
        TONES[tone],
        SIZES[size],
        className,
      )}
      {...rest}
      {...state}
    >
      {busy && <Spinner />}
      <Slottable>{children}</Slottable>
    </Element>
  );
});
