import { Search, X } from "lucide-react";
import { lazy, Suspense, useEffect, useId, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router-dom";
import { Kbd, useHotkey } from "@/shared/kit";
import { submit } from "./submitted";

const SuggestionList = lazy(async () => ({ default: (await import("./SuggestionList")).SuggestionList }));

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
  // Where each suggestion leads; the list itself comes with the first letters.
  const [choices, setChoices] = useState<readonly string[]>([]);
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
      go(choices[active]);
    }
  }
  return (
    <form
      role="search"
      className="relative"
      onSubmit={(event) => {
        event.preventDefault();
        const typed = words.trim();
        if (!typed) return;
        submit(typed);
        go(`/search?q=${encodeURIComponent(typed)}`);
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
      {open && asked.length > 1 && (
        <Suspense>
          <SuggestionList
            id={id}
            typed={asked}
            active={active}
            onFound={setChoices}
            onPoint={setActive}
            onChoose={go}
          />
        </Suspense>
      )}
    </form>
  );
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
