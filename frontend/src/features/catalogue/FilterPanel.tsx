import { ChevronDown } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { FacetOut, FacetValueOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Checkbox, Switch } from "@/shared/kit";
import { PriceRange } from "./PriceRange";
import type { Filters } from "./useFilters";
import { useValueWord } from "./useValueWord";

const FEW = 7;

/** What most people narrow by comes first; the rest as the server has it. */
const FIRST = ["category", "price", "seller"];
const rank = ({ key }: FacetOut) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);

interface FilterPanelProps {
  facets: readonly FacetOut[];
  filters: Filters;
  currency: string;
  /** Facets that the page itself has decided. */
  hidden?: readonly string[];
}

/** Every way to narrow what was found, each value with how many it leaves. */
export function FilterPanel({ facets, filters, currency, hidden = [] }: FilterPanelProps) {
  const { t } = useTranslation("catalogue");
  const shown = facets
    .filter((facet) => !hidden.includes(facet.key) && facet.key !== "in_stock")
    .sort((a, b) => rank(a) - rank(b));
  return (
    <div className="divide-y divide-line">
      <div className="pb-4">
        <Switch checked={filters.inStock} onChange={filters.setInStock} label={t("in_stock_only")} />
      </div>
      {shown.map((facet) => (
        <FacetBlock key={facet.key} title={facet.label || t(`facet.${facet.key}`)}>
          {facet.key === "category" ? (
            <CategoryValues values={facet.values} filters={filters} />
          ) : facet.kind === "range" ? (
            <PriceRange
              key={`${filters.priceMin ?? ""} ${filters.priceMax ?? ""}`}
              currency={currency}
              bounds={{ min: facet.min ?? 0, max: facet.max ?? 0 }}
              min={filters.priceMin}
              max={filters.priceMax}
              onChange={filters.setPrice}
            />
          ) : (
            <TermValues facet={facet} filters={filters} />
          )}
        </FacetBlock>
      ))}
    </div>
  );
}

function FacetBlock({ title, children }: { title: string; children: ReactNode }) {
  return (
    <details open className="group py-4">
      <summary className="flex list-none items-center justify-between rounded-sm text-base font-semibold [&::-webkit-details-marker]:hidden">
        {title}
        <ChevronDown
          aria-hidden
          className="size-4 text-muted transition-transform duration-150 group-open:rotate-180"
        />
      </summary>
      <div className="pt-3">{children}</div>
    </details>
  );
}

function TermValues({ facet, filters }: { facet: FacetOut; filters: Filters }) {
  const { t } = useTranslation("catalogue");
  const { locale } = useFormat();
  const word = useValueWord();
  const [all, setAll] = useState(false);
  const sorted = useMemo(() => byWorth(facet.values, locale), [facet.values, locale]);
  const values = all ? sorted : sorted.filter((value, index) => index < FEW || value.selected);
  return (
    <>
      <ul className="grid gap-2">
        {values.map((value) => (
          <li key={value.value} className="flex items-start justify-between gap-3 text-base">
            <Checkbox
              checked={filters.chosen.get(facet.key)?.includes(value.value) ?? false}
              onChange={() => filters.toggle(facet.key, value.value)}
              label={<bdi>{word(value)}</bdi>}
            />
            <Count value={value} />
          </li>
        ))}
      </ul>
      {facet.values.length > FEW && (
        <button
          type="button"
          aria-expanded={all}
          onClick={() => setAll(!all)}
          className="mt-2.5 rounded-sm text-sm font-semibold text-accent hover:underline"
        >
          {all ? t("fewer_values") : t("all_values", { count: facet.values.length })}
        </button>
      )}
    </>
  );
}

/** What leaves most first; of equals "9 h" before "11 h". */
function byWorth(values: readonly FacetValueOut[], locale: string): FacetValueOut[] {
  const words = new Intl.Collator(locale, { numeric: true });
  return [...values].sort((a, b) => b.count - a.count || words.compare(a.label, b.label));
}

function CategoryValues({ values, filters }: { values: readonly FacetValueOut[]; filters: Filters }) {
  return (
    <ul className="grid gap-1.5">
      {values.map((value) => (
        <li key={value.value} className="flex items-baseline justify-between gap-3 text-base">
          <Link
            to={filters.toCategory(value.value)}
            aria-current={value.value === filters.category ? "page" : undefined}
            className="rounded-sm underline-offset-4 hover:underline aria-[current=page]:font-semibold aria-[current=page]:text-accent"
          >
            <bdi>{value.label}</bdi>
          </Link>
          <Count value={value} />
        </li>
      ))}
    </ul>
  );
}

function Count({ value }: { value: FacetValueOut }) {
  const { t } = useTranslation("catalogue");
  const { number } = useFormat();
  return (
    <span className="figures text-sm text-muted">
      <span aria-hidden>{number(value.count)}</span>
      <span className="sr-only">{t("products", { count: value.count })}</span>
    </span>
  );
}
