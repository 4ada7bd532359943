import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { clsx as cx } from "clsx";
import { useTranslation } from "react-i18next";
import { previewSearchRule } from "@/shared/api/generated/merchandising/merchandising";
import type { PreviewSideOut, SearchRuleIn } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Card, Input, LoadError, SkeletonText } from "@/shared/kit";
import { ProductLine, WhyChip } from "./looks";

interface PreviewProps {
  query: string;
  onQuery: (query: string) => void;
  rule: SearchRuleIn;
  besides: string | undefined;
}

/** What visitors find without the rule and with it, side by side, while it is being written. */
export function Preview({ query, onQuery, rule, besides }: PreviewProps) {
  const { t } = useTranslation("merchandising");
  const body = {
    query,
    besides: besides ?? null,
    rule: rule.query.trim() && (rule.pins.length > 0 || rule.hides.length > 0) ? rule : null,
  };
  const seen = useQuery({
    queryKey: ["/admin/search/preview", body],
    queryFn: ({ signal }) => previewSearchRule(body, undefined, undefined, signal),
    enabled: query.trim() !== "",
    placeholderData: keepPreviousData,
  });
  return (
    <Card
      title={t("preview")}
      aside={
        <Input
          type="search"
          dir="auto"
          aria-label={t("preview_query")}
          placeholder={t("preview_query")}
          value={query}
          onChange={(event) => onQuery(event.target.value)}
          className="w-44"
        />
      }
    >
      {query.trim() === "" ? (
        <p className="text-muted">{t("preview_empty")}</p>
      ) : seen.isError ? (
        <LoadError problem={seen.error} onRetry={seen.refetch} />
      ) : seen.data ? (
        <div
          className={cx(
            "grid gap-x-6 gap-y-5 sm:grid-cols-2",
            seen.isPlaceholderData && "opacity-60 transition-opacity duration-150",
          )}
        >
          <Side title={t("without_rule")} side={seen.data.without} />
          <Side title={t("with_rule")} side={seen.data.with_rule} />
        </div>
      ) : (
        <SkeletonText lines={8} />
      )}
    </Card>
  );
}

function Side({ title, side }: { title: string; side: PreviewSideOut }) {
  const { t } = useTranslation("merchandising");
  const { money } = useFormat();
  return (
    <section aria-label={title} className="min-w-0">
      <h3 className="flex items-baseline justify-between gap-3 border-b pb-2 text-sm font-semibold">
        {title}
        <span className="figures font-normal text-muted">{t("found", { count: side.total })}</span>
      </h3>
      {side.data.length === 0 ? (
        <p className="py-3 text-sm text-muted">{t("finds_nothing")}</p>
      ) : (
        <ol className="divide-y divide-line">
          {side.data.map(({ product, why }, place) => (
            <li
              key={product.listing_id}
              className={cx("flex items-center gap-2 py-2", why === "hidden" && "[&_img]:opacity-40")}
            >
              <span className="w-6 shrink-0 figures text-sm text-muted">{place + 1}</span>
              <ProductLine one={product} note={`${product.seller} · ${money(product.price)}`} />
              <WhyChip why={why} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
