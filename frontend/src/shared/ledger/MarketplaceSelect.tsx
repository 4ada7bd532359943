import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { MarketplacesOut } from "../api/generated/model";
import { useListMarketplaces } from "../api/generated/storefront/storefront";
import { Select } from "../kit";

/** The one marketplace that a page is about: the first, until another is chosen. */
export function useOneMarketplace() {
  const markets = useListMarketplaces({ query: { staleTime: Infinity } }).data?.data ?? [];
  const [chosen, choose] = useState("");
  return { market: markets.find(({ slug }) => slug === chosen) ?? markets[0], markets, choose };
}

interface MarketplaceSelectProps {
  markets: MarketplacesOut["data"];
  value: string;
  onChange: (slug: string) => void;
  className?: string;
}

/** Chooses one marketplace, where a page cannot be about all of them. */
export function MarketplaceSelect({ markets, value, onChange, className }: MarketplaceSelectProps) {
  const { t } = useTranslation("ledger");
  return (
    <Select
      aria-label={t("marketplace")}
      {...(className ? { className } : {})}
      value={value}
      onChange={onChange}
      options={markets.map(({ slug, name }) => ({ value: slug, label: name }))}
    />
  );
}
