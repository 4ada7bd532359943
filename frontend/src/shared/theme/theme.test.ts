import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { AA_TEXT, contrast, parseOklch, type Oklch } from "./contrast";
import { toHex } from "./hex";
import { faceVariables } from "./face";

const css = readFileSync("src/shared/theme/tokens.css", "utf8");

function tokens(selector: string): Record<string, Oklch> {
  const block = new RegExp(`^ *${selector} \\{([^}]*)\\}`, "m").exec(css)?.[1] ?? "";
  const found: Record<string, Oklch> = {};
  for (const [, name, value] of block.matchAll(/--([\w-]+):\s*(oklch\([^)]*\));/g)) {
    const colour = parseOklch(value ?? "");
    if (name && colour) found[name] = colour;
  }
  return found;
}

const PAIRS: [text: string, background: string][] = [
  ...["text", "muted", "accent"].flatMap((text) =>
    ["canvas", "surface", "sunken"].map((background): [string, string] => [text, background]),
  ),
  ...["positive", "warning", "negative", "info", "accent"].map((state): [string, string] => [
    state,
    `${state}-soft`,
  ]),
  ...["positive", "warning", "negative", "info"].map((state): [string, string] => [state, "surface"]),
  ...["peach", "rose", "sky", "lilac", "mint", "sand"].map((tone): [string, string] => [
    "text",
    `tone-${tone}`,
  ]),
  ["on-accent", "accent"],
];

describe.each([
  ["light", ":root"],
  ["dark", "\\.dark"],
])("the %s theme", (_theme, selector) => {
  const theme = tokens(selector);

  test.each(PAIRS)("%s reads on %s", (text, background) => {
    const [front, back] = [theme[text], theme[background]];
    if (!front || !back) throw new Error(`tokens.css has no ${text} or no ${background}`);
    expect(contrast(front, back)).toBeGreaterThanOrEqual(AA_TEXT);
  });
});

test("black on white has the greatest contrast there is", () => {
  expect(contrast({ l: 0, c: 0, h: 0 }, { l: 1, c: 0, h: 0 })).toBeCloseTo(21, 1);
});

test.each(["oklch(0.95 0.1 100)", "oklch(0.66 0.19 35)", "oklch(0.2 0.05 260)", "nonsense"])(
  "a marketplace's accent %s reads in both themes",
  (accent) => {
    const face = faceVariables({ accent, displayFont: "fraunces", radius: "round" });
    for (const theme of ["--face", "--face-dark"]) {
      const colour = parseOklch(face[`${theme}-accent`] ?? "");
      for (const neighbour of ["accent-soft", "on-accent"]) {
        const other = parseOklch(face[`${theme}-${neighbour}`] ?? "");
        if (!colour || !other) throw new Error(`no ${theme}-${neighbour}`);
        expect(contrast(colour, other)).toBeGreaterThanOrEqual(AA_TEXT);
      }
    }
  },
);

test("a colour is told in hexadecimal to those who know no other", () => {
  expect(toHex({ l: 1, c: 0, h: 0 })).toBe("#ffffff");
  expect(toHex({ l: 0, c: 0, h: 0 })).toBe("#000000");
  expect(toHex({ l: 0.628, c: 0.2577, h: 29.23 })).toBe("#ff0000");
});
