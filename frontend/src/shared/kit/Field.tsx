import { CircleAlert } from "lucide-react";
import { createContext, useContext, useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface FieldWiring {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
  "aria-required": true | undefined;
}

const Wiring = createContext<FieldWiring | undefined>(undefined);

interface FieldProps {
  label: ReactNode;
  children: ReactNode;
  hint?: ReactNode;
  /** What is wrong and what to do; takes the hint's place. */
  error?: string | undefined;
  optional?: boolean;
  required?: boolean;
  /** Something small at the other end of the label: a link, a counter. */
  aside?: ReactNode;
  className?: string;
}

/** Label, control, and below it the hint or what is wrong. The control inside is wired up by itself. */
export function Field({ label, children, hint, error, optional, required, aside, className }: FieldProps) {
  const { t } = useTranslation("kit");
  const id = useId();
  const note = error ?? hint;
  const wiring: FieldWiring = {
    id,
    "aria-describedby": note ? `${id}-note` : undefined,
    "aria-invalid": error ? true : undefined,
    "aria-required": required ? true : undefined,
  };
  return (
    <div className={className}>
      <div className="mb-1.5 flex items-baseline justify-between gap-3">
        <label htmlFor={id} className="text-sm font-semibold">
          {label}
          {optional && <span className="font-normal text-muted"> · {t("optional")}</span>}
        </label>
        {aside && <span className="text-sm text-muted">{aside}</span>}
      </div>
      <Wiring.Provider value={wiring}>{children}</Wiring.Provider>
      <div id={`${id}-note`} aria-live="polite">
        {error ? (
          <p className="mt-1.5 flex gap-1.5 text-sm text-negative">
            <CircleAlert aria-hidden className="mt-[2.5px] size-3.5 shrink-0" />
            {error}
          </p>
        ) : (
          hint && <p className="mt-1.5 text-sm text-muted">{hint}</p>
        )}
      </div>
    </div>
  );
}

/** What a control inside a Field spreads on its element, so that label and message belong to it. */
export function useFieldWiring(): Partial<FieldWiring> {
  return useContext(Wiring) ?? {};
}
