import { clsx as cx } from "clsx";
import { forwardRef, type InputHTMLAttributes, type ReactNode, type TextareaHTMLAttributes } from "react";
import { useFieldWiring } from "./Field";

export const CONTROL = cx(
  "w-full rounded-md border border-line-strong bg-surface text-text transition-[border-color,box-shadow] duration-150",
  "hover:border-faint focus-visible:border-accent focus-visible:ring-3 focus-visible:ring-accent/20 focus-visible:outline-none",
  "disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted aria-invalid:border-negative aria-invalid:focus-visible:ring-negative/20",
);

const SIZES = { md: "h-9 px-3 text-base", lg: "h-11 px-3.5 text-md" } as const;

interface InputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "size"> {
  controlSize?: keyof typeof SIZES;
  leading?: ReactNode;
  trailing?: ReactNode;
}

export const Input = forwardRef<HTMLInputElement, InputProps>(function Input(
  { controlSize = "md", leading, trailing, className, ...rest },
  ref,
) {
  const input = (
    <input
      ref={ref}
      {...useFieldWiring()}
      className={cx(CONTROL, SIZES[controlSize], leading && "ps-10", trailing && "pe-10", className)}
      {...rest}
    />
  );
  if (!leading && !trailing) return input;
  return (
    <div className="relative">
      {leading && <Edge className="start-0 ps-3">{leading}</Edge>}
      {input}
      {trailing && <Edge className="end-0 pe-3">{trailing}</Edge>}
    </div>
  );
});

export const Textarea = forwardRef<HTMLTextAreaElement, TextareaHTMLAttributes<HTMLTextAreaElement>>(
  function Textarea({ className, rows = 4, ...rest }, ref) {
    return (
      <textarea
        ref={ref}
        rows={rows}
        {...useFieldWiring()}
        className={cx(CONTROL, "px-3 py-2 text-base", className)}
        {...rest}
      />
    );
  },
);

function Edge({ className, children }: { className: string; children: ReactNode }) {
  return (
    <span
      className={cx(
        "pointer-events-none absolute inset-y-0 flex items-center text-base text-muted [&_svg]:size-[18px]",
        className,
      )}
    >
      {children}
    </span>
  );
}
