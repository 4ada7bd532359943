import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { QueriesPage } from "./QueriesPage";
import { RulePage } from "./RulePage";
import { RulesPage } from "./RulesPage";
import { SynonymsPage } from "./SynonymsPage";

const AT = "*/api/v1/admin/search";
const set = {
  id: "syn_01KAB3Z8Q4RST",
  words: ["sofa", "couch"],
  to: [],
  version: 3,
  updated_at: "2026-11-16T10:00:00Z",
};
const rule = {
  id: "srl_01KAB3Z8Q4RST",
  query: "lamp",
  matching: "exact",
  pins: ["lst_01KAB3Z8Q4RS1", "lst_01KAB3Z8Q4RS2"],
  hides: [],
  starts_at: null,
  ends_at: null,
  active: true,
  standing: "active",
  version: 2,
  updated_at: "2026-11-16T10:00:00Z",
};
const product = (number: number, title: string) => ({
  listing_id: `lst_01KAB3Z8Q4RS${number}`,
  slug: title.toLowerCase(),
  title,
  picture: "light-bulb",
  tone: "sand",
});
const card = (number: number, title: string) => ({
  ...product(number, title),
  seller: "Lumen",
  price: { amount: 4900, currency: "EUR" },
  in_stock: true,
});
const routes = [
  { path: "/admin/search/synonyms", element: <SynonymsPage /> },
  { path: "/admin/search/rules", element: <RulesPage /> },
  { path: "/admin/search/rules/new", element: <RulePage /> },
  { path: "/admin/search/rules/:ruleId", element: <RulePage /> },
  { path: "/admin/search/queries", element: <QueriesPage /> },
];

beforeEach(async () => {
  await loadWords("merchandising");
  server.use(
    http.get(`${AT}/synonyms`, () => HttpResponse.json({ data: [set], most: 1000 })),
    http.get(`${AT}/rules`, () => HttpResponse.json({ data: [rule], most: 500 })),
    http.get(`${AT}/rules/${rule.id}`, () =>
      HttpResponse.json({
        rule,
        products: [
          { ...product(1, "Aria"), on_sale: true },
          { ...product(2, "Bora"), on_sale: false },
        ],
      }),
    ),
    http.get(`${AT}/products`, () => HttpResponse.json({ data: [card(1, "Aria"), card(3, "Cleo")] })),
    http.post(`${AT}/preview`, () =>
      HttpResponse.json({
        without: { total: 2, data: [{ product: card(3, "Cleo"), why: "hidden" }] },
        with_rule: { total: 1, data: [{ product: card(1, "Aria"), why: "pinned" }] },
      }),
    ),
    http.get(`${AT}/denied`, () => HttpResponse.json({ words: ["fake"], version: 4 })),
    http.get(`${AT}/queries`, ({ request }) =>
      HttpResponse.json({
        data:
          new URL(request.url).searchParams.get("seen") === "missed"
            ? [{ query: "settee", found: 0, missed: 7 }]
            : [{ query: "lamp", found: 12, missed: 0 }],
      }),
    ),
  );
});

test("a set of synonyms needs two words, or one and what it also finds", async () => {
  const bodies: unknown[] = [];
  server.use(
    http.post(`${AT}/synonyms`, async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json(set, { status: 201 });
    }),
  );
  const { person } = showRoutes(routes, "/admin/search/synonyms");
  await person.click(await screen.findByRole("button", { name: "Add synonyms" }));
  const dialog = await screen.findByRole("dialog", { name: "Add synonyms" });
  await person.type(within(dialog).getByLabelText("Words"), "tv");
  await person.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByText("Give at least two words that mean the same.")).toBeVisible();
  await person.click(within(dialog).getByRole("radio", { name: "Also finds" }));
  await person.type(within(dialog).getByRole("textbox", { name: "Also finds" }), "television, telly");
  await person.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await screen.findByText("The synonyms are saved")).toBeVisible();
  expect(bodies).toEqual([{ words: ["tv"], to: ["television", "telly"] }]);
});

test("what somebody else has changed meanwhile is said, and what was typed stays", async () => {
  const versions: (string | null)[] = [];
  server.use(
    http.put(`${AT}/synonyms/${set.id}`, ({ request }) => {
      versions.push(request.headers.get("If-Match"));
      return HttpResponse.json(
        { status: 412, code: "merchandising.changed_meanwhile", detail: "This was changed since." },
        { status: 412 },
      );
    }),
  );
  const { person } = showRoutes(routes, "/admin/search/synonyms");
  await person.click(await screen.findByText("sofa, couch"));
  const dialog = await screen.findByRole("dialog", { name: "Change the synonyms" });
  await person.type(within(dialog).getByLabelText("Words"), ", settee");
  await person.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByRole("alert")).toHaveTextContent("This was changed since.");
  expect(within(dialog).getByLabelText("Words")).toHaveValue("sofa, couch, settee");
  expect(versions).toEqual(['"v3"']);
});

test("lines that were not taken stay in the field with what is wrong", async () => {
  server.use(
    http.post(`${AT}/synonyms/import`, () =>
      HttpResponse.json({
        added: 1,
        there_already: 1,
        wrong: [{ line: 2, text: "lamp", problem: "Give at least two words." }],
      }),
    ),
  );
  const { person } = showRoutes(routes, "/admin/search/synonyms");
  await person.click(await screen.findByRole("button", { name: "Import" }));
  const dialog = await screen.findByRole("dialog", { name: "Import synonyms" });
  await person.type(within(dialog).getByLabelText("Text"), "a, b\nlamp");
  await person.click(within(dialog).getByRole("button", { name: "Import" }));
  expect(await within(dialog).findByText("1 set is new")).toBeVisible();
  expect(within(dialog).getByText("Give at least two words.")).toBeVisible();
  expect(within(dialog).getByLabelText("Text")).toHaveValue("lamp");
});

test("a rule is written beside what it does, put in order, and saved with its version", async () => {
  const saved: unknown[] = [];
  const previewed: { rule: { pins: string[] } | null; besides: string }[] = [];
  server.use(
    http.post(`${AT}/preview`, async ({ request }) => {
      previewed.push((await request.json()) as (typeof previewed)[number]);
      return HttpResponse.json({
        without: { total: 2, data: [{ product: card(3, "Cleo"), why: "hidden" }] },
        with_rule: { total: 1, data: [{ product: card(1, "Aria"), why: "pinned" }] },
      });
    }),
    http.put(`${AT}/rules/${rule.id}`, async ({ request }) => {
      saved.push(await request.json(), request.headers.get("If-Match"));
      return HttpResponse.json(rule);
    }),
  );
  const { person, router } = showRoutes(routes, `/admin/search/rules/${rule.id}`);
  const without = await screen.findByRole("region", { name: "Without the rule" });
  expect(within(without).getByText("Hidden by rule")).toBeVisible();
  expect(within(screen.getByRole("region", { name: "With the rule" })).getByText("Pinned")).toBeVisible();
  expect(screen.getByText("Not on sale now, so found by nobody")).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Move Bora up" }));
  await person.click(screen.getByRole("combobox", { name: "Left out: Add a product" }));
  await person.click(await screen.findByRole("option", { name: /Cleo/ }));
  expect(screen.queryByRole("option", { name: /Aria/ })).toBeNull();
  await person.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("The rule is saved")).toBeVisible();
  expect(saved).toEqual([
    {
      query: "lamp",
      matching: "exact",
      pins: ["lst_01KAB3Z8Q4RS2", "lst_01KAB3Z8Q4RS1"],
      hides: ["lst_01KAB3Z8Q4RS3"],
      starts_at: null,
      ends_at: null,
      active: true,
    },
    '"v2"',
  ]);
  expect(previewed.at(-1)).toMatchObject({ besides: rule.id, rule: { pins: [rule.pins[1], rule.pins[0]] } });
  expect(router.state.location.pathname).toBe("/admin/search/rules");
});

test("what was searched without result leads to a synonym or a rule for it", async () => {
  const { person, router } = showRoutes(routes, "/admin/search/queries");
  expect(await screen.findByText("lamp")).toBeVisible();
  await person.click(screen.getByRole("tab", { name: "Without result" }));
  expect(await screen.findByText("settee")).toBeVisible();
  await person.click(screen.getByRole("link", { name: "Make a rule" }));
  expect(router.state.location.search).toBe("?query=settee");
  expect(await screen.findByLabelText("Query")).toHaveValue("settee");
});

test("words that are never suggested are kept one a line", async () => {
  const bodies: unknown[] = [];
  server.use(
    http.put(`${AT}/denied`, async ({ request }) => {
      bodies.push(await request.json(), request.headers.get("If-Match"));
      return HttpResponse.json({ words: ["fake", "knock-off"], version: 5 });
    }),
  );
  const { person } = showRoutes(routes, "/admin/search/queries");
  await person.type(await screen.findByLabelText("Words"), "\nknock-off");
  await person.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("The words are saved")).toBeVisible();
  expect(bodies).toEqual([{ words: ["fake", "knock-off"] }, '"v4"']);
});
