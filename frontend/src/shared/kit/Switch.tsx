import * as Radix from "@radix-ui/react-switch";
import { forwardRef, type ReactNode } from "react";

interface SwitchProps {
  checked: boolean;
  onChange: (checked: boolean) => void;
  label: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
}

/** Takes effect at once; what waits for "Save" is a Checkbox. */
export const Switch = forwardRef<HTMLButtonElement, SwitchProps>(function Switch(
  { checked, onChange, label, hint, disabled },
  ref,
) {
  return (
    <label className="flex items-start justify-between gap-4">
      <span>
        <span className="font-medium">{label}</span>
        {hint && <span className="block text-sm text-muted">{hint}</span>}
      </span>
      <Radix.Root
        ref={ref}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled ?? false}
        className="h-[22px] w-9 shrink-0 rounded-full bg-faint p-0.5 transition-colors duration-150 disabled:opacity-45 data-[state=checked]:bg-accent"
      >
        <Radix.Thumb className="block size-[18px] rounded-full bg-surface transition-transform duration-150 data-[state=checked]:translate-x-3.5 rtl:data-[state=checked]:-translate-x-3.5" />
      </Radix.Root>
    </label>
  );
});
