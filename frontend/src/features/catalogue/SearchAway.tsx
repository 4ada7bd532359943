import { RotateCw, SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { toProblem } from "@/shared/api";
import { useListCategories } from "@/shared/api/generated/catalog/catalog";
import { Button, EmptyState } from "@/shared/kit";

/** Whether words cannot be searched for at the moment, though everything else goes on. */
export const isSearchAway = (error: unknown) => toProblem(error).code === "search.unavailable";

/** Says that words find nothing at the moment, and shows the categories, which go on without the search. */
export function SearchAway({ onRetry }: { onRetry: () => unknown }) {
  const { t } = useTranslation("catalogue");
  const categories = useListCategories().data?.data ?? [];
  return (
    <div role="alert">
      <EmptyState
        icon={<SearchX />}
        title={t("search_away_title")}
        action={
          <Button onClick={() => void onRetry()}>
            <RotateCw />
            {t("search_away_retry")}
          </Button>
        }
      >
        {t("search_away_detail")}
      </EmptyState>
      {categories.length > 0 && (
        <nav aria-label={t("categories")} className="mx-auto mt-2 max-w-2xl">
          <ul className="flex flex-wrap justify-center gap-2.5">
            {categories.map(({ id, slug, name }) => (
              <li key={id}>
                <Button asChild>
                  <Link to={`/c/${slug}`}>{name}</Link>
                </Button>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </div>
  );
}
