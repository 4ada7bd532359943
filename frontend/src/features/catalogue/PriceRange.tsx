import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { minorDigits, useFormat } from "@/shared/format";
import { Button, Field, MoneyInput } from "@/shared/kit";

interface PriceRangeProps {
  currency: string;
  bounds: { min: number; max: number };
  min: number | undefined;
  max: number | undefined;
  onChange: (min: number | undefined, max: number | undefined) => void;
}

/** From and to, as typed; the bounds say what there is. */
export function PriceRange({ currency, bounds, min, max, onChange }: PriceRangeProps) {
  const { t } = useTranslation("catalogue");
  const { money } = useFormat();
  const [low, setLow] = useState(min);
  const [high, setHigh] = useState(max);
  const crossed = low !== undefined && high !== undefined && low > high;
  const unit = 10 ** minorDigits(currency);
  const floor = Math.floor(bounds.min / unit) * unit;
  const ceiling = Math.ceil(bounds.max / unit) * unit;

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    if (!crossed) onChange(low, high);
  }
  return (
    <form onSubmit={submit} noValidate>
      <p className="mb-2 figures text-sm text-muted">
        {t("price_bounds", {
          min: money({ amount: floor, currency }),
          max: money({ amount: ceiling, currency }),
        })}
      </p>
      <div className="grid grid-cols-2 gap-2">
        <Field label={t("price_from")}>
          <MoneyInput
            currency={currency}
            value={low === undefined ? undefined : { amount: low, currency }}
            onChange={(value) => setLow(value?.amount)}
          />
        </Field>
        <Field label={t("price_to")}>
          <MoneyInput
            currency={currency}
            value={high === undefined ? undefined : { amount: high, currency }}
            onChange={(value) => setHigh(value?.amount)}
          />
        </Field>
      </div>
      {crossed && (
        <p role="alert" className="mt-1.5 text-sm text-negative">
          {t("price_crossed")}
        </p>
      )}
      <Button
        type="submit"
        size="sm"
        className="mt-2.5 w-full"
        disabled={crossed || (low === min && high === max)}
      >
        {t("price_apply")}
      </Button>
    </form>
  );
}
