import { useTranslation } from "react-i18next";
import { Select } from "@/shared/kit";

interface FilterProps {
  value: string;
  onChange: (value: string) => void;
}

/** Without `all`, a currency must be chosen: amounts of several cannot be added. */
export function CurrencyFilter({
  value,
  onChange,
  currencies,
  all = false,
}: FilterProps & { currencies: readonly string[]; all?: boolean }) {
  const { t } = useTranslation("books");
  return (
    <Select
      aria-label={t("currency")}
      className="w-28!"
      value={value || (all ? "all" : undefined)}
      onChange={(code) => onChange(code === "all" ? "" : code)}
      options={[
        ...(all ? [{ value: "all", label: t("all_currencies") }] : []),
        ...currencies.map((code) => ({ value: code, label: code })),
      ]}
    />
  );
}
