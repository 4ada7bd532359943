import { useTranslation } from "react-i18next";
import { useListMarketplaces } from "../api/generated/storefront/storefront";
import { Select } from "../kit";

interface MarketplaceFilterProps {
  /** A marketplace's slug; empty for all of them. */
  value: string;
  onChange: (slug: string) => void;
  className?: string;
}

/** Narrows a list of the console to one marketplace. */
export function MarketplaceFilter({ value, onChange, className = "w-48!" }: MarketplaceFilterProps) {
  const { t } = useTranslation("ledger");
  const markets = useListMarketplaces({ query: { staleTime: Infinity } });
  return (
    <Select
      aria-label={t("marketplace")}
      className={className}
      value={value || "all"}
      onChange={(slug) => onChange(slug === "all" ? "" : slug)}
      options={[
        { value: "all", label: t("all_marketplaces") },
        ...(markets.data?.data ?? []).map(({ slug, name }) => ({ value: slug, label: name })),
      ]}
    />
  );
}
