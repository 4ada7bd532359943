import { useTranslation } from "react-i18next";

const A_YEAR = 365 * 24 * 60 * 60;

interface CurrencyMenuProps {
  currencies: readonly string[];
  chosen: string;
}

/** What prices are shown and paid in. Everything on the page has one, so the page is loaded anew in another. */
export function CurrencyMenu({ currencies, chosen }: CurrencyMenuProps) {
  const { t } = useTranslation("storefront");
  return (
    <select
      aria-label={t("currency")}
      value={chosen}
      onChange={(event) => choose(event.target.value)}
      className="h-9 rounded-md bg-transparent px-1 figures text-sm text-muted hover:text-text"
    >
      {currencies.map((one) => (
        <option key={one}>{one}</option>
      ))}
    </select>
  );
}

function choose(currency: string) {
  document.cookie = `velora_currency=${currency}; path=/; max-age=${A_YEAR}; samesite=lax`;
  const here = new URL(location.href);
  // Bounds of a price were amounts of the currency before.
  for (const bound of ["price_min", "price_max"]) here.searchParams.delete(bound);
  location.replace(here);
  if (here.href === location.href) location.reload();
}
