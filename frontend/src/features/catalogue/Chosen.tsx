import { useTranslation } from "react-i18next";
import type { FacetOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, FilterChip } from "@/shared/kit";
import type { Filters } from "./useFilters";
import { useValueWord } from "./useValueWord";

interface ChosenProps {
  filters: Filters;
  facets: readonly FacetOut[];
  currency: string;
}

/** The filters that are on, each with a way off. */
export function Chosen({ filters, facets, currency }: ChosenProps) {
  const { t } = useTranslation("catalogue");
  const { joined, money } = useFormat();
  const word = useValueWord();
  if (!filters.narrowed) return null;
  const { priceMin, priceMax } = filters;
  const at = (amount: number) => money({ amount, currency });
  const price =
    priceMin !== undefined && priceMax !== undefined
      ? `${at(priceMin)} – ${at(priceMax)}`
      : priceMin !== undefined
        ? t("price_at_least", { price: at(priceMin) })
        : priceMax !== undefined
          ? t("price_at_most", { price: at(priceMax) })
          : undefined;
  return (
    <div role="group" aria-label={t("chosen")} className="flex flex-wrap items-center gap-2">
      {[...filters.chosen].flatMap(([key, values]) =>
        values.map((value) => {
          const found = facetOf(facets, key);
          const known = found?.values.find((one) => one.value === value);
          // "Yes" alone says nothing: a yes or no stands behind what it answers.
          const label = !known ? value : known.label || joined([found?.label, word(known)]);
          return (
            <FilterChip key={`${key} ${value}`} name={label} onRemove={() => filters.toggle(key, value)}>
              {label}
            </FilterChip>
          );
        }),
      )}
      {price && (
        <FilterChip name={price} onRemove={() => filters.setPrice(undefined, undefined)}>
          {price}
        </FilterChip>
      )}
      {filters.inStock && (
        <FilterChip name={t("in_stock_only")} onRemove={() => filters.setInStock(false)}>
          {t("in_stock_only")}
        </FilterChip>
      )}
      <Button size="sm" tone="link" onClick={filters.clear}>
        {t("clear_filters")}
      </Button>
    </div>
  );
}

function facetOf(facets: readonly FacetOut[], key: string): FacetOut | undefined {
  return facets.find((one) => one.key === key);
}
