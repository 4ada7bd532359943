import * as Radix from "@radix-ui/react-radio-group";
import { clsx as cx } from "clsx";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFieldWiring } from "./Field";

export interface RadioOption {
  value: string;
  label: ReactNode;
  icon?: ReactNode;
  /** At the other end of the line: a price, a chip. */
  aside?: ReactNode;
  /** Shown below while chosen: the fields of this choice. */
  body?: ReactNode;
  disabled?: boolean;
}

interface RadioProps {
  options: readonly RadioOption[];
  value: string | undefined;
  onChange: (value: string) => void;
  "aria-label"?: string;
  className?: string;
}

const dot = cx(
  "border-line-strong bg-surface hover:border-faint data-[state=checked]:border-[5.5px] data-[state=checked]:border-accent",
  "size-[18px] shrink-0 rounded-full border-[1.5px] transition-[border-width,border-color] duration-150 disabled:opacity-45",
);

/** A short list of which one is chosen. */
export function Radio({ options, value, onChange, className, ...rest }: RadioProps) {
  const { i18n } = useTranslation();
  return (
    <Radix.Root
      {...useFieldWiring()}
      {...rest}
      dir={i18n.dir()}
      value={value ?? ""}
      onValueChange={onChange}
      className={cx("grid gap-2.5", className)}
    >
      {options.map((option) => (
        <label key={option.value} className="flex items-center gap-2.5 font-medium">
          <Radix.Item value={option.value} disabled={option.disabled ?? false} className={dot} />
          {option.label}
        </label>
      ))}
    </Radix.Root>
  );
}

/** Choices as one framed list; the chosen one opens and is tinted. */
export function RadioCards({ options, value, onChange, className, ...rest }: RadioProps) {
  const { i18n } = useTranslation();
  return (
    <Radix.Root
      {...useFieldWiring()}
      {...rest}
      dir={i18n.dir()}
      value={value ?? ""}
      onValueChange={onChange}
      className={cx("divide-y divide-line overflow-hidden rounded-lg border bg-surface", className)}
    >
      {options.map((option) => (
        <div
          key={option.value}
          className={cx("transition-colors duration-150", option.value === value && "bg-accent-soft")}
        >
          <label className="flex min-h-14 items-center gap-3 px-5 py-3">
            <Radix.Item value={option.value} disabled={option.disabled ?? false} className={dot} />
            {option.icon && <span className="[&_svg]:size-[18px]">{option.icon}</span>}
            <span className="grow font-semibold">{option.label}</span>
            {option.aside && <span className="text-end text-base text-muted">{option.aside}</span>}
          </label>
          {option.body && option.value === value && (
            <div className="animate-fade-in px-5 pb-5">{option.body}</div>
          )}
        </div>
      ))}
    </Radix.Root>
  );
}
