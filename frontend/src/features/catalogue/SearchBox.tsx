import { clsx as cx } from "clsx";
import { Search, X } from "lucide-react";
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router-dom";
import { keepPreviousData } from "@tanstack/react-query";
import type { SuggestOut } from "@/shared/api/generated/model";
import { useSuggest } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import { Kbd, useHotkey } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";

interface Choice {
  key: string;
  group: "queries" | "categories" | "products";
  to: string;
  content: ReactNode;
}

/** Finds while one types: words, categories, products. "/" brings the cursor here, Enter searches. */
export function SearchBox({ placeholder }: { placeholder: string }) {
  const { pathname, search } = useLocation();
  const asked = pathname === "/search" ? (new URLSearchParams(search).get("q") ?? "") : "";
  return <Box key={`${pathname} ${asked}`} asked={asked} placeholder={placeholder} />;
}

function Box({ asked: initially, placeholder }: { asked: string; placeholder: string }) {
  const { t } = useTranslation("catalogue");
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const [words, setWords] = useState(initially);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const asked = useSettled(words.trim(), 120);
  const suggestions = useSuggest(
    { q: asked },
    { query: { enabled: open && asked.length > 1, placeholderData: keepPreviousData } },
  );
  const choices = useChoices(asked.length > 1 ? suggestions.data : undefined);
  const shown = open && choices.length > 0;
  useHotkey({ "/": () => input.current?.focus() });

  function go(to: string) {
    setOpen(false);
    setActive(-1);
    input.current?.blur();
    navigate(to);
  }
  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "Escape") {
      setOpen(false);
      setActive(-1);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setActive((now) => ((now + step + 1 + choices.length + 1) % (choices.length + 1)) - 1);
    } else if (event.key === "Enter" && shown && choices[active]) {
      event.preventDefault();
      go(choices[active].to);
    }
  }
  return (
    <form
      role="search"
      className="relative"
      onSubmit={(event) => {
        event.preventDefault();
        if (words.trim()) go(`/search?q=${encodeURIComponent(words.trim())}`);
      }}
    >
      <Search
        aria-hidden
        className="pointer-events-none absolute start-4 top-1/2 size-[18px] -translate-y-1/2 text-muted"
      />
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-label={t("search")}
        aria-expanded={shown}
        aria-controls={shown ? `${id}-list` : undefined}
        aria-autocomplete="list"
        aria-activedescendant={shown && active >= 0 ? `${id}-${active}` : undefined}
        autoComplete="off"
        enterKeyHint="search"
        placeholder={placeholder}
        value={words}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setWords(event.target.value);
          setActive(-1);
          setOpen(true);
        }}
        className="h-11 w-full rounded-button border border-line-strong bg-canvas ps-12 pe-12 text-base transition-[border-color,box-shadow] duration-150 hover:border-faint focus-visible:border-accent focus-visible:ring-3 focus-visible:ring-accent/20 focus-visible:outline-none [&::-webkit-search-cancel-button]:hidden"
      />
      <span className="absolute end-3 top-1/2 -translate-y-1/2">
        {words ? (
          <button
            type="button"
            aria-label={t("search_clear")}
            onClick={() => {
              setWords("");
              input.current?.focus();
            }}
            className="inline-flex size-7 items-center justify-center rounded-full hover:bg-text/6"
          >
            <X aria-hidden className="size-4" />
          </button>
        ) : (
          <span aria-hidden className="max-lg:hidden">
            <Kbd>/</Kbd>
          </span>
        )}
      </span>
      {shown && (
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
              onPoint={() => setActive(index)}
              onChoose={() => go(choice.to)}
            />
          ))}
        </div>
      )}
    </form>
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

function useChoices(found: SuggestOut | undefined): Choice[] {
  const { money } = useFormat();
  if (!found) return [];
  return [
    ...found.queries.slice(0, 4).map((query) => ({
      key: `query ${query}`,
      group: "queries" as const,
      to: `/search?q=${encodeURIComponent(query)}`,
      content: (
        <>
          <Search aria-hidden className="size-4 text-muted" />
          {query}
        </>
      ),
    })),
    ...found.categories.slice(0, 4).map(({ slug, name }) => ({
      key: `category ${slug}`,
      group: "categories" as const,
      to: `/c/${slug}`,
      content: name,
    })),
    ...found.products.slice(0, 5).map((product) => ({
      key: `product ${product.slug}`,
      group: "products" as const,
      to: `/p/${product.slug}`,
      content: (
        <>
          <ProductPicture
            name={product.picture}
            tone={product.tone as Tone}
            className="size-10 shrink-0 rounded-sm [&_img]:size-[62%]"
          />
          <span className="min-w-0 grow truncate font-medium">{product.title}</span>
          <span className="figures text-muted">{money(product.price)}</span>
        </>
      ),
    })),
  ];
}

/** What is typed once the fingers rest. */
function useSettled(value: string, wait: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}
