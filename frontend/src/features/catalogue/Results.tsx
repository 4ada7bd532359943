import { SearchX, SlidersHorizontal } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { FoundCardOut, RelaxedOut, SearchParams } from "@/shared/api/generated/model";
import { Sort } from "@/shared/api/generated/model";
import { Button, Drawer, EmptyState, LoadError, Select } from "@/shared/kit";
import { Chosen } from "./Chosen";
import { FilterPanel } from "./FilterPanel";
import { Goods, GoodsSkeleton } from "./Goods";
import { Marked } from "./Marked";
import { isSearchAway, SearchAway } from "./SearchAway";
import { useFilters, type Filters } from "./useFilters";
import { useResults } from "./useResults";

interface ResultsProps {
  /** What the page itself narrows to. */
  fixed?: SearchParams;
  hidden?: readonly string[];
  currency: string;
}

/** Filters, what was found, and more of it on demand. Everything chosen stands in the address. */
export function Results({ fixed = {}, hidden = [], currency }: ResultsProps) {
  const { t } = useTranslation("catalogue");
  const filters = useFilters(fixed);
  const results = useResults(filters.params);
  const [filtersOpen, setFiltersOpen] = useState(false);
  const first = results.data?.pages[0];
  const cards = results.data?.pages.flatMap((page) => page.data) ?? [];
  const panel = first && (
    <FilterPanel facets={first.facets} filters={filters} currency={currency} hidden={hidden} />
  );
  if (results.isError && !first && isSearchAway(results.error))
    return <SearchAway onRetry={results.refetch} />;
  if (results.isError && !first) return <LoadError problem={results.error} onRetry={results.refetch} />;
  return (
    <div className="grid items-start gap-8 lg:grid-cols-[15rem_minmax(0,1fr)] lg:gap-10">
      <aside
        aria-label={t("filters")}
        className="sticky top-4 max-h-[calc(100dvh-2rem)] overflow-y-auto pe-1 max-lg:hidden"
      >
        {panel}
      </aside>
      <div className="min-w-0">
        <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-3">
          <p role="status" className="me-auto figures text-base text-muted">
            {first && t("found", { count: first.total })}
          </p>
          <Button className="lg:hidden" onClick={() => setFiltersOpen(true)} disabled={!panel}>
            <SlidersHorizontal />
            {t("filters")}
          </Button>
          <SortSelect filters={filters} />
        </div>
        {first?.relaxed && <Relaxed relaxed={first.relaxed} />}
        {first?.did_you_mean && <DidYouMean words={first.did_you_mean} />}
        <div className="mb-5 empty:hidden">
          <Chosen filters={filters} facets={first?.facets ?? []} currency={currency} />
        </div>
        {!first && <GoodsSkeleton count={9} narrow />}
        {first && cards.length === 0 && <Nothing filters={filters} />}
        {cards.length > 0 && (
          <div className={results.isPlaceholderData ? "opacity-60 transition-opacity duration-150" : ""}>
            <h2 className="sr-only">{t("results")}</h2>
            <Goods cards={cards} narrow say={found} />
          </div>
        )}
        <More results={results} shown={cards.length} total={first?.total ?? 0} />
      </div>
      <Drawer
        open={filtersOpen}
        onClose={() => setFiltersOpen(false)}
        title={t("filters")}
        side="start"
        footer={
          <Button tone="primary" size="lg" className="w-full" onClick={() => setFiltersOpen(false)}>
            {t("show_found", { count: first?.total ?? 0 })}
          </Button>
        }
      >
        {panel}
      </Drawer>
    </div>
  );
}

function SortSelect({ filters }: { filters: Filters }) {
  const { t } = useTranslation("catalogue");
  const standard = filters.q ? Sort.relevance : Sort.popular;
  const options = Object.values(Sort)
    .filter((one) => one !== Sort.relevance || filters.q)
    .map((one) => ({ value: one, label: t(`sort.${one}`) }));
  return (
    <Select
      aria-label={t("sort_by")}
      options={options}
      value={filters.sort ?? standard}
      onChange={filters.setSort}
      className="w-44!"
    />
  );
}

function found({ marked }: FoundCardOut) {
  if (!marked) return {};
  const detail = marked.snippet.length > 0 && (
    <p className="mt-1 line-clamp-2 text-sm text-muted">
      <Marked pieces={marked.snippet} />
    </p>
  );
  return { shown: <Marked pieces={marked.title} />, detail };
}

function Relaxed({ relaxed }: { relaxed: RelaxedOut }) {
  const { t, i18n } = useTranslation("catalogue");
  const list = (words: string[]) =>
    new Intl.ListFormat(i18n.language, { type: "conjunction" }).format(
      words.map((word) => t("quoted", { word })),
    );
  return (
    <p role="note" className="mb-5 rounded-lg bg-accent-soft px-4 py-3 text-base">
      {t("relaxed", { words: list(relaxed.words), left_out: list(relaxed.left_out) })}
    </p>
  );
}

function DidYouMean({ words }: { words: string }) {
  const { t } = useTranslation("catalogue");
  return (
    <p className="mb-5 rounded-lg bg-accent-soft px-4 py-3 text-base">
      {t("did_you_mean")}{" "}
      <Link
        to={`/search?q=${encodeURIComponent(words)}`}
        className="font-semibold text-accent underline underline-offset-4"
      >
        {words}
      </Link>
    </p>
  );
}

function Nothing({ filters }: { filters: Filters }) {
  const { t } = useTranslation("catalogue");
  return (
    <EmptyState
      icon={<SearchX />}
      title={filters.q ? t("nothing_for", { words: filters.q }) : t("nothing_title")}
      action={
        filters.narrowed ? (
          <Button tone="primary" onClick={filters.clear}>
            {t("clear_filters")}
          </Button>
        ) : (
          <Button asChild tone="primary">
            <Link to="/search?sort=popular">{t("see_popular")}</Link>
          </Button>
        )
      }
    >
      {filters.narrowed ? t("nothing_narrowed") : t("nothing_detail")}
    </EmptyState>
  );
}

interface MoreProps {
  results: ReturnType<typeof useResults>;
  shown: number;
  total: number;
}

/** The next page comes when its button is near; the button is there for whoever cannot scroll, or after a failure. */
function More({ results, shown, total }: MoreProps) {
  const { t } = useTranslation("catalogue");
  const button = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage, isError } = results;
  const pages = results.data?.pages.length ?? 0;
  useEffect(() => {
    const element = button.current;
    if (!element || !hasNextPage || isFetchingNextPage || isError || pages > 3) return;
    if (typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) void fetchNextPage();
      },
      { rootMargin: "300px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage, pages]);
  if (!hasNextPage) return null;
  return (
    <div ref={button} className="mt-10 flex flex-col items-center gap-3">
      <p className="figures text-sm text-muted">{t("shown_of", { shown, total })}</p>
      <Button size="lg" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
        {t("show_more")}
      </Button>
    </div>
  );
}
