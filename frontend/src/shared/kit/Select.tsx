import * as Radix from "@radix-ui/react-select";
import { clsx as cx } from "clsx";
import { Check, ChevronDown } from "lucide-react";
import { forwardRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFieldWiring } from "./Field";
import { CONTROL } from "./Input";
import { ITEM, PANEL } from "./panel";

export interface Option {
  value: string;
  label: string;
  icon?: ReactNode;
  disabled?: boolean;
}

interface SelectProps {
  options: readonly Option[];
  value: string | undefined;
  onChange: (value: string) => void;
  onBlur?: () => void;
  placeholder?: string;
  disabled?: boolean;
  /** Names it where no Field does. */
  "aria-label"?: string;
  className?: string;
}

/** One of a few. For more than a dozen, take a Combobox. */
export const Select = forwardRef<HTMLButtonElement, SelectProps>(function Select(
  { options, value, onChange, onBlur, placeholder, disabled, className, ...rest },
  ref,
) {
  const { t, i18n } = useTranslation("kit");
  return (
    <Radix.Root value={value ?? ""} onValueChange={onChange} disabled={disabled ?? false} dir={i18n.dir()}>
      <Radix.Trigger
        ref={ref}
        onBlur={onBlur}
        {...useFieldWiring()}
        {...rest}
        className={cx(
          CONTROL,
          "flex h-9 items-center justify-between gap-2 px-3 text-start text-base data-placeholder:text-muted",
          className,
        )}
      >
        <span className="truncate">
          <Radix.Value placeholder={placeholder ?? t("choose")} />
        </span>
        <Radix.Icon asChild>
          <ChevronDown className="size-4 shrink-0 text-muted" />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          position="popper"
          sideOffset={4}
          className={cx(
            PANEL,
            "max-h-(--radix-select-content-available-height) min-w-(--radix-select-trigger-width)",
          )}
        >
          <Radix.Viewport>
            {options.map((option) => (
              <Radix.Item
                key={option.value}
                value={option.value}
                disabled={option.disabled ?? false}
                className={cx(ITEM, "pe-8")}
              >
                {option.icon}
                <Radix.ItemText>{option.label}</Radix.ItemText>
                <Radix.ItemIndicator className="absolute end-2">
                  <Check className="size-4 text-accent" />
                </Radix.ItemIndicator>
              </Radix.Item>
            ))}
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
});
