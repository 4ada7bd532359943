import { Minus, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../format";

interface QuantityProps {
  /** Of what: "Aria teapot". */
  name: string;
  value: number;
  onChange: (value: number) => void;
  min?: number;
  max: number;
  size?: "md" | "lg";
}

/** How many, one more or one fewer at a time. */
export function Quantity({ name, value, onChange, min = 1, max, size = "md" }: QuantityProps) {
  const { t } = useTranslation("kit");
  const { number } = useFormat();
  const button =
    "inline-flex h-full aspect-square items-center justify-center rounded-button hover:bg-text/6 disabled:pointer-events-none disabled:opacity-35";
  return (
    <div
      role="group"
      aria-label={t("quantity_of", { name })}
      className={`inline-flex shrink-0 items-center rounded-button border border-line-strong bg-surface ${size === "lg" ? "h-[50px]" : "h-9"}`}
    >
      <button
        type="button"
        aria-label={t("quantity_fewer", { name })}
        disabled={value <= min}
        onClick={() => onChange(value - 1)}
        className={button}
      >
        <Minus aria-hidden className="size-4" />
      </button>
      <span role="status" className="min-w-7 text-center figures text-base font-semibold">
        <span className="sr-only">{t("quantity_of", { name })}: </span>
        {number(value)}
      </span>
      <button
        type="button"
        aria-label={t("quantity_more", { name })}
        disabled={value >= max}
        onClick={() => onChange(value + 1)}
        className={button}
      >
        <Plus aria-hidden className="size-4" />
      </button>
    </div>
  );
}
