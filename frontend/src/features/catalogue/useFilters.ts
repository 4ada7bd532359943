import { useSearchParams } from "react-router-dom";
import type { SearchParams } from "@/shared/api/generated/model";
import { Sort } from "@/shared/api/generated/model";

/** Facets whose values stand in the address one by one; attributes come as `attr.colour`. */
const CHOICES = /^(seller|attr\..+)$/;

/** What the address says is wanted. `fixed` is what the page itself narrows to: its category, its seller. */
export function useFilters(fixed: SearchParams) {
  const [address, setAddress] = useSearchParams();
  const chosen = new Map<string, string[]>();
  for (const key of new Set(address.keys())) if (CHOICES.test(key)) chosen.set(key, address.getAll(key));

  function change(edit: (next: URLSearchParams) => void) {
    setAddress(
      (now) => {
        const next = new URLSearchParams(now);
        edit(next);
        return next;
      },
      { preventScrollReset: true, replace: true },
    );
  }
  function put(key: string, value: string | undefined) {
    change((next) => (value ? next.set(key, value) : next.delete(key)));
  }
  const wished = address.get("sort");
  const filters = {
    q: address.get("q") ?? "",
    sort: Object.values(Sort).find((one) => one === wished),
    priceMin: whole(address.get("price_min")),
    priceMax: whole(address.get("price_max")),
    inStock: address.get("in_stock") === "true",
    category: fixed.category ?? address.get("category") ?? undefined,
    chosen,
  };
  const params = {
    ...(filters.q && { q: filters.q }),
    ...(filters.sort && { sort: filters.sort }),
    ...(filters.priceMin !== undefined && { price_min: filters.priceMin }),
    ...(filters.priceMax !== undefined && { price_max: filters.priceMax }),
    ...(filters.inStock && { in_stock: true }),
    ...(filters.category && { category: filters.category }),
    ...Object.fromEntries(chosen),
    ...fixed,
  } satisfies SearchParams & Record<string, unknown>;

  return {
    ...filters,
    params,
    /** Where a category is looked at: on this page where the page is a seller's, else on its own. */
    toCategory: (slug: string) =>
      fixed.seller ? `?category=${slug}` : `/c/${slug}${filters.q && `?q=${encodeURIComponent(filters.q)}`}`,
    narrowed:
      (!fixed.category && filters.category !== undefined) ||
      chosen.size > 0 ||
      filters.inStock ||
      filters.priceMin !== undefined ||
      filters.priceMax !== undefined,
    toggle: (key: string, value: string) =>
      change((next) => {
        const now = next.getAll(key);
        next.delete(key);
        const wanted = now.includes(value) ? now.filter((one) => one !== value) : [...now, value];
        for (const one of wanted) next.append(key, one);
      }),
    setPrice: (min: number | undefined, max: number | undefined) =>
      change((next) => {
        for (const [key, value] of [
          ["price_min", min],
          ["price_max", max],
        ] as const)
          if (value === undefined) next.delete(key);
          else next.set(key, String(value));
      }),
    setInStock: (wanted: boolean) => put("in_stock", wanted ? "true" : undefined),
    setSort: (sort: string) => put("sort", sort),
    clear: () =>
      change((next) => {
        for (const key of [...next.keys()]) if (key !== "q" && key !== "sort") next.delete(key);
      }),
  };
}

export type Filters = ReturnType<typeof useFilters>;

function whole(text: string | null): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}
