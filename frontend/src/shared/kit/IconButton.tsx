import { clsx as cx } from "clsx";
import { forwardRef, type ButtonHTMLAttributes, type ReactNode } from "react";
import { Tooltip } from "./Tooltip";

const SIZES = {
  sm: "size-8 [&_svg]:size-4",
  md: "size-9 [&_svg]:size-[18px]",
  lg: "size-11 [&_svg]:size-5",
} as const;
const TONES = {
  quiet: "text-text border-transparent hover:bg-text/6",
  framed: "bg-surface border-line-strong text-text hover:bg-sunken",
  raised: "bg-surface border-transparent text-text shadow-card hover:bg-sunken",
} as const;

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "aria-label"> {
  /** What it does; shown as a tooltip and read aloud. */
  label: string;
  children: ReactNode;
  size?: keyof typeof SIZES;
  tone?: keyof typeof TONES;
}

export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(
  { label, size = "md", tone = "quiet", className, children, ...rest },
  ref,
) {
  return (
    <Tooltip content={label}>
      <button
        ref={ref}
        type="button"
        aria-label={label}
        className={cx(
          "inline-flex shrink-0 items-center justify-center rounded-full border transition-colors duration-150 disabled:pointer-events-none disabled:opacity-45",
          SIZES[size],
          TONES[tone],
          className,
        )}
        {...rest}
      >
        {children}
      </button>
    </Tooltip>
  );
});
