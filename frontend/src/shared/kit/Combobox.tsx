import * as Popover from "@radix-ui/react-popover";
import { clsx as cx } from "clsx";
import { Command } from "cmdk";
import { Check, ChevronsUpDown, Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFieldWiring } from "./Field";
import { CONTROL } from "./Input";
import { ITEM, PANEL } from "./panel";
import type { Option } from "./Select";
import { Spinner } from "./Spinner";

interface ComboboxProps {
  options: readonly Option[];
  value: string | undefined;
  onChange: (value: string) => void;
  /** Given when the server does the finding: hears what is typed; `options` are then shown as they come. */
  onSearch?: (text: string) => void;
  loading?: boolean;
  placeholder?: string;
  disabled?: boolean;
  "aria-label"?: string;
  className?: string;
}

/** One of many, found by typing. */
export function Combobox({
  options,
  value,
  onChange,
  onSearch,
  loading,
  placeholder,
  disabled,
  className,
  ...rest
}: ComboboxProps) {
  const { t } = useTranslation("kit");
  const [open, setOpen] = useState(false);
  const wiring = useFieldWiring();
  const chosen = options.find((option) => option.value === value);
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger
        role="combobox"
        aria-expanded={open}
        disabled={disabled}
        {...wiring}
        {...rest}
        className={cx(
          CONTROL,
          "flex h-9 items-center justify-between gap-2 px-3 text-start text-base",
          className,
        )}
      >
        <span className={cx("truncate", !chosen && "text-muted")}>
          {chosen?.label ?? placeholder ?? t("choose")}
        </span>
        <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          className={cx(PANEL, "w-(--radix-popover-trigger-width) min-w-56 p-0!")}
        >
          <Command shouldFilter={!onSearch} loop>
            <div className="flex items-center gap-2 border-b border-line px-3">
              {loading ? (
                <Spinner className="size-4 text-muted" />
              ) : (
                <Search aria-hidden className="size-4 text-muted" />
              )}
              <Command.Input
                placeholder={t("search")}
                onValueChange={onSearch}
                className="h-10 w-full bg-transparent text-base outline-none focus-visible:outline-none"
              />
            </div>
            <Command.List className="max-h-64 overflow-y-auto p-1.5">
              <Command.Empty className="px-2.5 py-4 text-center text-sm text-muted">
                {t("nothing_found")}
              </Command.Empty>
              {options.map((option) => (
                <Command.Item
                  key={option.value}
                  value={`${option.label} ${option.value}`}
                  disabled={option.disabled ?? false}
                  onSelect={() => {
                    onChange(option.value);
                    setOpen(false);
                  }}
                  className={ITEM}
                >
                  {option.icon}
                  <span className="grow truncate">{option.label}</span>
                  {option.value === value && <Check className="text-accent" />}
                </Command.Item>
              ))}
            </Command.List>
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
