import { expect, test } from "vitest";
import { pieces } from "./marks";
import { submit, takeSubmitted } from "./submitted";

const marked = (text: string, typed: string) =>
  pieces(text, typed)
    .map((piece) => (piece.typed ? `[${piece.text}]` : piece.text))
    .join("");

test.each([
  ["brass lamp", "bra", "[bra]ss lamp"],
  ["Brass Lampshade", "lamp br", "[Br]ass [Lamp]shade"],
  ["Crème brûlée", "creme bru", "[Crème] [brû]lée"],
  ["Crème brûlée".normalize("NFD"), "creme bru", "[Crème] [brû]lée".normalize("NFD")],
  ["clamp", "lamp", "clamp"],
  ["مصباح نحاسي", "مص", "[مص]باح نحاسي"],
  ["lamp", "", "lamp"],
  ["a+b (c)", "b", "a+[b] (c)"],
])("of %s, what was typed as %s is marked", (text, typed, wanted) => {
  expect(marked(text, typed)).toBe(wanted);
});

test("words are submitted once, and nothing else is", () => {
  submit("lamp");
  expect(takeSubmitted(undefined)).toBe(false);
  expect(takeSubmitted("rug")).toBe(false);
  expect(takeSubmitted("lamp")).toBe(true);
  expect(takeSubmitted("lamp")).toBe(false);
});
