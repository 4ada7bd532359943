import { useTranslation } from "react-i18next";
import { useListMarketplaces } from "../api/generated/storefront/storefront";
import { Select } from "../kit";

interface MarketplaceFilterProps {
  /** A marketplace's slug; empty for all of them. */
  value: string;
  onChange: (slug: string) => void;
}

/** Narrows a list of the console to one marketplace. */
export function MarketplaceFilter({ value, onChange }: MarketplaceFilterProps) {
  const { t } = useTranslation("ledger");
  const markets = useListMarketplaces({ query: { staleTime: Infinity } });
  return (
    <Select
      aria-label={t("marketplace")}
      className="w-48!"
      value={value || "all"}
      onChange={(slug) => onChange(slug === "all" ? "" : slug)}
      options={[
        { value: "all", label: t("all_marketplaces") },
        ...(markets.data?.data ?? []).map(({ slug, name }) => ({ value: slug, label: name })),
      ]}
    />
  );
}
