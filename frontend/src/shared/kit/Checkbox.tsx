import * as Radix from "@radix-ui/react-checkbox";
import { clsx as cx } from "clsx";
import { Check, Minus } from "lucide-react";
import { forwardRef, type ReactNode } from "react";

interface CheckboxProps {
  checked: boolean | "some";
  onChange: (checked: boolean) => void;
  /** Words beside it; without them give `aria-label`. */
  label?: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
  "aria-label"?: string;
  className?: string;
}

export const Checkbox = forwardRef<HTMLButtonElement, CheckboxProps>(function Checkbox(
  { checked, onChange, label, hint, disabled, className, ...rest },
  ref,
) {
  const box = (
    <Radix.Root
      ref={ref}
      checked={checked === "some" ? "indeterminate" : checked}
      onCheckedChange={(now) => onChange(now === true)}
      disabled={disabled ?? false}
      {...rest}
      className={cx(
        "inline-flex size-[18px] shrink-0 items-center justify-center rounded-[5px] border-[1.5px] border-line-strong bg-surface align-middle transition-colors duration-150 hover:border-faint",
        "text-on-accent disabled:opacity-45 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=indeterminate]:border-accent data-[state=indeterminate]:bg-accent",
        !label && className,
      )}
    >
      <Radix.Indicator>
        {checked === "some" ? (
          <Minus className="size-3.5" strokeWidth={3} />
        ) : (
          <Check className="size-3.5" strokeWidth={3} />
        )}
      </Radix.Indicator>
    </Radix.Root>
  );
  if (!label) return box;
  return (
    <label className={cx("flex items-start gap-2.5", className)}>
      <span className="flex h-[1.5em] items-center">{box}</span>
      <span>
        <span className="font-medium">{label}</span>
        {hint && <span className="block text-sm text-muted">{hint}</span>}
      </span>
    </label>
  );
});
