import { expect, test } from "vitest";
import { LANGUAGES } from "./languages";

type Words = Record<string, unknown>;

const files = import.meta.glob<Words>("/src/*/*/locales/*.json", { eager: true, import: "default" });

/** Every key in full; plural forms, of which each language has its own number, count as one. */
function keys(words: Words, prefix = ""): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === "object" && value
      ? keys(value as Words, `${prefix}${key}.`)
      : [`${prefix}${key.replace(/_(zero|one|two|few|many|other)$/, "")}`],
  );
}

const english = Object.keys(files).filter((file) => file.endsWith("/en.json"));

test.each(english)("%s says the same things in every language", (file) => {
  const wanted = [...new Set(keys(files[file] ?? {}))].sort();
  for (const language of Object.keys(LANGUAGES)) {
    const other = files[file.replace("/en.json", `/${language}.json`)] ?? {};
    expect([...new Set(keys(other))].sort(), language).toEqual(wanted);
  }
});
