import { clsx as cx } from "clsx";
import { useTranslation } from "react-i18next";
import type {
  OptionOut,
  VeloraFlowsScreensStorefrontHttpVariantOut as Variant,
} from "@/shared/api/generated/model";

interface VariantsProps {
  options: readonly OptionOut[];
  variants: readonly Variant[];
  chosen: Variant;
  onChoose: (variant: Variant) => void;
}

/** Each option with its values; what cannot be had in this combination is struck through and leads to the nearest that can. */
export function Variants({ options, variants, chosen, onChoose }: VariantsProps) {
  const { t } = useTranslation("catalogue");
  if (variants.length < 2) return null;
  return (
    <div className="grid gap-5">
      {options.map((option) => (
        <fieldset key={option.name}>
          <legend className="mb-2 text-base">
            <bdi className="font-semibold">{option.name}</bdi>
            <span className="text-muted">
              {" · "}
              <bdi>{chosen.options[option.name]}</bdi>
            </span>
          </legend>
          <div className="flex flex-wrap gap-2">
            {option.values.map((value) => {
              const variant = nearest(variants, chosen, option.name, value);
              const available = variant?.in_stock ?? false;
              return (
                <label
                  key={value}
                  className={cx(
                    "inline-flex min-h-10 min-w-12 items-center justify-center rounded-md border px-3.5 text-base font-medium transition-colors duration-150",
                    "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
                    chosen.options[option.name] === value
                      ? "border-accent bg-accent-soft text-accent ring-1 ring-accent"
                      : "border-line-strong bg-surface hover:bg-sunken",
                    !available && "text-muted line-through decoration-line-strong",
                  )}
                >
                  <input
                    type="radio"
                    name={option.name}
                    value={value}
                    disabled={!variant}
                    checked={chosen.options[option.name] === value}
                    onChange={() => variant && onChoose(variant)}
                    className="sr-only"
                  />
                  {value}
                  {!available && <span className="sr-only"> ({t("sold_out")})</span>}
                </label>
              );
            })}
          </div>
        </fieldset>
      ))}
    </div>
  );
}

/** The variant with this value that keeps most of what was chosen, one in stock first. */
function nearest(
  variants: readonly Variant[],
  chosen: Variant,
  name: string,
  value: string,
): Variant | undefined {
  const shared = (variant: Variant) =>
    Object.entries(variant.options).filter(
      ([option, one]) => option !== name && chosen.options[option] === one,
    ).length;
  return variants
    .filter((variant) => variant.options[name] === value)
    .sort((a, b) => shared(b) - shared(a) || Number(b.in_stock) - Number(a.in_stock))[0];
}
