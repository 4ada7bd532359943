import { keepPreviousData } from "@tanstack/react-query";
import { clsx as cx } from "clsx";
import { Search } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { SuggestOut } from "@/shared/api/generated/model";
import { useSuggest } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import { ProductPicture, type Tone } from "@/shared/pictures";
import { Typed } from "./Typed";

interface Choice {
  key: string;
  group: "queries" | "categories" | "products";
  to: string;
  /** How it is read aloud: in one piece, whatever is marked in it. */
  name: string;
  content: ReactNode;
}

interface SuggestionListProps {
  id: string;
  typed: string;
  active: number;
  /** Hears where each suggestion leads, in the order in which they are shown. */
  onFound: (to: readonly string[]) => void;
  onPoint: (index: number) => void;
  onChoose: (to: string) => void;
}

/** What somebody who has typed this may mean: words, categories, products. */
export function SuggestionList({ id, typed, active, onFound, onPoint, onChoose }: SuggestionListProps) {
  const { t } = useTranslation("catalogue");
  const suggestions = useSuggest({ q: typed }, { query: { placeholderData: keepPreviousData } });
  const choices = useChoices(suggestions.data, typed);
  const leads = choices.map((choice) => choice.to).join("\n");
  useEffect(() => {
    onFound(leads ? leads.split("\n") : []);
    return () => onFound([]);
  }, [leads, onFound]);
  if (choices.length === 0) return null;
  return (
    <div
      id={`${id}-list`}
      role="listbox"
      aria-label={t("suggestions")}
      className="absolute inset-x-0 top-full z-30 mt-2 max-h-[70dvh] animate-pop-in overflow-y-auto rounded-lg border bg-surface p-2 shadow-float"
    >
      {choices.map((choice, index) => (
        <Suggestion
          key={choice.key}
          id={`${id}-${index}`}
          choice={choice}
          heading={choices[index - 1]?.group === choice.group ? undefined : t(`suggest.${choice.group}`)}
          active={index === active}
          onPoint={() => onPoint(index)}
          onChoose={() => onChoose(choice.to)}
        />
      ))}
    </div>
  );
}

interface SuggestionProps {
  id: string;
  choice: Choice;
  heading: string | undefined;
  active: boolean;
  onPoint: () => void;
  onChoose: () => void;
}

function Suggestion({ id, choice, heading, active, onPoint, onChoose }: SuggestionProps) {
  return (
    <>
      {heading && (
        <div role="presentation" className="px-3 pt-2.5 pb-1 text-xs font-medium text-muted">
          {heading}
        </div>
      )}
      {/* The field above has the keyboard: arrows choose, Enter goes. */}
      <div
        id={id}
        role="option"
        aria-label={choice.name}
        tabIndex={-1}
        aria-selected={active}
        onMouseDown={(event) => event.preventDefault()}
        onMouseMove={onPoint}
        onClick={onChoose}
        onKeyDown={(event) => event.key === "Enter" && onChoose()}
        className={cx(
          "flex min-h-10 cursor-pointer items-center gap-3 rounded-sm px-3 py-1.5 text-base",
          active && "bg-sunken",
        )}
      >
        {choice.content}
      </div>
    </>
  );
}

function useChoices(found: SuggestOut | undefined, typed: string): Choice[] {
  const { money } = useFormat();
  if (!found) return [];
  return [
    ...found.queries.slice(0, 4).map((query) => ({
      key: `query ${query}`,
      group: "queries" as const,
      to: `/search?q=${encodeURIComponent(query)}`,
      name: query,
      content: (
        <>
          <Search aria-hidden className="size-4 text-muted" />
          <span dir="auto">
            <Typed typed={typed}>{query}</Typed>
          </span>
        </>
      ),
    })),
    ...found.categories.slice(0, 4).map(({ slug, name }) => ({
      key: `category ${slug}`,
      group: "categories" as const,
      to: `/c/${slug}`,
      name,
      content: <Typed typed={typed}>{name}</Typed>,
    })),
    ...found.products.slice(0, 5).map((product) => ({
      key: `product ${product.slug}`,
      group: "products" as const,
      to: `/p/${product.slug}`,
      name: `${product.title} ${money(product.price)}`,
      content: (
        <>
          <ProductPicture
            name={product.picture}
            tone={product.tone as Tone}
            className="size-10 shrink-0 rounded-sm [&_img]:size-[62%]"
          />
          <span className="min-w-0 grow truncate">
            <Typed typed={typed}>{product.title}</Typed>
          </span>
          <span className="figures text-muted">{money(product.price)}</span>
        </>
      ),
    })),
  ];
}
