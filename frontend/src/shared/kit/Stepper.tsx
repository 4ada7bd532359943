import { clsx as cx } from "clsx";
import { Check } from "lucide-react";
import { Fragment, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";

export interface Step {
  label: string;
  /** Where a finished step can be looked at again. */
  to?: string;
}

/** How far along, and the way back to what is done. `current` counts from 0. */
export function Stepper({
  steps,
  current,
  label,
}: {
  steps: readonly Step[];
  current: number;
  label: string;
}) {
  return (
    <nav aria-label={label}>
      <ol className="flex items-center gap-2 sm:gap-3">
        {steps.map((step, index) => (
          <Fragment key={step.label}>
            {index > 0 && (
              <li
                aria-hidden
                className={cx("h-px w-4 sm:w-10", index <= current ? "bg-accent/40" : "bg-line-strong")}
              />
            )}
            <li aria-current={index === current ? "step" : undefined} className="flex items-center gap-2">
              <StepMark
                step={step}
                state={index < current ? "done" : index === current ? "current" : "ahead"}
              >
                {index + 1}
              </StepMark>
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}

function StepMark({
  step,
  state,
  children,
}: {
  step: Step;
  state: "done" | "current" | "ahead";
  children: ReactNode;
}) {
  const { t } = useTranslation("kit");
  const content = (
    <>
      <span
        className={cx(
          "inline-flex size-[22px] shrink-0 items-center justify-center rounded-full text-xs font-semibold",
          state === "ahead" ? "border border-line-strong text-muted" : "bg-accent text-on-accent",
        )}
      >
        {state === "done" ? <Check aria-hidden className="size-3.5" strokeWidth={3} /> : children}
      </span>
      <span
        className={cx(
          "text-base",
          state === "ahead" ? "text-muted" : "font-semibold",
          state !== "current" && "max-sm:sr-only",
        )}
      >
        {step.label}
      </span>
      {state === "done" && <span className="sr-only">({t("step_done")})</span>}
    </>
  );
  if (state !== "done" || !step.to) return content;
  return (
    <Link to={step.to} className="flex items-center gap-2 rounded-sm underline-offset-4 hover:underline">
      {content}
    </Link>
  );
}
