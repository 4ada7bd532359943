import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router-dom";
import { useListCategories } from "@/shared/api/generated/catalog/catalog";
import type { CategoryOut } from "@/shared/api/generated/model";
import { useReadSellerPage, useReadStorefront } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import { Avatar, LoadError, Skeleton } from "@/shared/kit";
import { Breadcrumbs } from "./Breadcrumbs";
import { Results } from "./Results";

/** What prices are shown in: the one that the visitor chose. */
const useCurrency = () => useReadStorefront().data?.shown_in ?? "EUR";

/** What the search finds. */
export function SearchPage() {
  const { t } = useTranslation("catalogue");
  const currency = useCurrency();
  const [address] = useSearchParams();
  const words = address.get("q");
  return (
    <>
      <h1 className="mb-6 heading text-2xl sm:text-3xl">
        {words ? t("found_for", { words }) : t("everything")}
      </h1>
      <Results key={words} currency={currency} />
    </>
  );
}

/** A category and what lies below it. */
export function CategoryPage() {
  const { slug = "" } = useParams();
  const currency = useCurrency();
  const categories = useListCategories();
  const path = useMemo(() => pathTo(categories.data?.data ?? [], slug), [categories.data, slug]);
  const here = path.at(-1);
  const fixed = useMemo(() => ({ category: slug }), [slug]);
  return (
    <>
      <Breadcrumbs crumbs={path.slice(0, -1).map(({ slug: to, name }) => ({ to: `/c/${to}`, name }))} />
      <h1 className="mb-6 heading text-2xl sm:text-3xl">
        {here?.name ?? (categories.isPending ? <Skeleton className="h-10 w-52" /> : slug)}
      </h1>
      <Results key={slug} fixed={fixed} currency={currency} />
    </>
  );
}

/** A seller's shop inside the marketplace. */
export function SellerPage() {
  const { t } = useTranslation("catalogue");
  const { slug = "" } = useParams();
  const { date } = useFormat();
  const currency = useCurrency();
  const seller = useReadSellerPage(slug);
  const fixed = useMemo(() => ({ seller: [slug] }), [slug]);
  if (seller.isError) return <LoadError problem={seller.error} onRetry={seller.refetch} />;
  return (
    <>
      <header className="mb-8 flex flex-wrap items-center gap-x-6 gap-y-4 rounded-xl bg-accent-soft px-6 py-7 sm:px-8">
        {seller.data ? (
          <>
            <Avatar name={seller.data.name} size="lg" className="size-16! bg-surface! text-lg!" />
            <div className="min-w-0 grow basis-64">
              <h1 className="heading text-2xl sm:text-3xl">{seller.data.name}</h1>
              {seller.data.about && <p className="mt-1 max-w-prose text-muted">{seller.data.about}</p>}
              <p className="mt-1.5 text-sm text-muted">
                {t("products", { count: seller.data.products })} ·{" "}
                {t("seller_since", { date: date(seller.data.since) })}
              </p>
            </div>
          </>
        ) : (
          <Skeleton className="h-20 w-full" />
        )}
      </header>
      <Results key={slug} fixed={fixed} hidden={["seller"]} currency={currency} />
    </>
  );
}

function pathTo(categories: readonly CategoryOut[], slug: string): CategoryOut[] {
  for (const category of categories) {
    if (category.slug === slug) return [category];
    const below = pathTo(category.children, slug);
    if (below.length > 0) return [category, ...below];
  }
  return [];
}
