import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { ProductPageOut } from "@/shared/api/generated/model";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { SearchPage } from "./ListPages";
import { ProductView } from "./ProductView";
import { Results } from "./Results";
import { SearchBox } from "./SearchBox";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const card = (title: string) => ({
  product_id: title,
  listing_id: title,
  slug: title.toLowerCase(),
  title,
  seller: { id: "sel_1", name: "Keramik Kiel", slug: "keramik-kiel" },
  picture: "teapot",
  tone: "rose",
  price: euros(2000),
  compare_at: null,
  from_price: false,
  variants: 1,
  in_stock: true,
  category_slug: "kitchen",
});
const colour = {
  key: "attr.colour",
  label: "Colour",
  kind: "terms",
  values: [{ value: "red", label: "Red", count: 3, selected: false, parent: "" }],
};
const found = (titles: string[], more: object = {}) => ({
  data: titles.map(card),
  total: titles.length,
  facets: [colour],
  did_you_mean: null,
  next_cursor: null,
  has_more: false,
  ...more,
});

beforeEach(() => loadWords("catalogue"));

test("the marketplace's words stand as they are; the product's own are said by the language", async () => {
  const value = (word: string, more: object) => ({
    value: word,
    label: word,
    count: 1,
    selected: false,
    parent: "",
    ...more,
  });
  server.use(
    http.get("*/api/v1/search", () =>
      HttpResponse.json(
        found(["Radio"], {
          facets: [
            {
              key: "attr.brand",
              label: "",
              kind: "terms",
              values: [value("Tonwerk", {}), value("Anker", {})],
            },
            {
              key: "attr.battery",
              label: "Akku",
              kind: "terms",
              values: ["11 h", "120 h", "9 h"].map((word) => value(word, {})),
            },
            { key: "attr.wireless", label: "Funk", kind: "terms", values: [value("true", { label: "" })] },
          ],
        }),
      ),
    ),
  );
  showRoutes([{ path: "/search", element: <Results currency="EUR" /> }], "/search?attr.wireless=true");
  await screen.findAllByText("Akku");
  expect(screen.getAllByText("Brand")).not.toHaveLength(0);
  const names = screen.getAllByRole("checkbox").map((box) => box.closest("label")?.textContent);
  expect(names).toEqual(expect.arrayContaining(["9 h", "11 h", "120 h", "Yes"]));
  expect(names.indexOf("9 h")).toBeLessThan(names.indexOf("11 h"));
  expect(names.indexOf("11 h")).toBeLessThan(names.indexOf("120 h"));
  expect(screen.getByRole("button", { name: /Funk · Yes/ })).toBeInTheDocument();
});

test("a filter goes into the address and narrows what is shown; clearing brings all back", async () => {
  server.use(
    http.get("*/api/v1/search", ({ request }) =>
      HttpResponse.json(
        new URL(request.url).searchParams.get("attr.colour") === "red"
          ? found(["Red pot"])
          : found(["Red pot", "Blue pot"]),
      ),
    ),
  );
  const { person, router } = showRoutes(
    [{ path: "/search", element: <Results currency="EUR" /> }],
    "/search?q=pot",
  );
  await person.click(await screen.findByRole("checkbox", { name: "Red" }));
  expect(router.state.location.search).toBe("?q=pot&attr.colour=red");
  await waitFor(() => expect(screen.queryByText("Blue pot")).not.toBeInTheDocument());
  await person.click(screen.getByRole("button", { name: "Clear all" }));
  expect(await screen.findByText("Blue pot")).toBeVisible();
  expect(router.state.location.search).toBe("?q=pot");
});

test("nothing found offers the word that was meant", async () => {
  server.use(
    http.get("*/api/v1/search", () => HttpResponse.json(found([], { did_you_mean: "teapot", facets: [] }))),
  );
  showRoutes([{ path: "/search", element: <Results currency="EUR" /> }], "/search?q=tepot");
  expect(await screen.findByRole("link", { name: "teapot" })).toHaveAttribute("href", "/search?q=teapot");
  expect(screen.getByRole("heading", { name: "Nothing found for “tepot”" })).toBeVisible();
});

test("where nothing has every word the page says which were left out, and what was found is marked", async () => {
  const page = found(["Oak armchair"], {
    facets: [],
    relaxed: { words: ["oak", "armchair"], left_out: ["velvet"] },
  });
  const pieces = [
    { text: "Oak ", match: false },
    { text: "armchair", match: true },
  ];
  const marked = { title: pieces, snippet: [{ text: "Made of oak <b>", match: true }] };
  server.use(
    http.get("*/api/v1/search", () =>
      HttpResponse.json({ ...page, data: page.data.map((card) => ({ ...card, marked })) }),
    ),
  );
  showRoutes([{ path: "/search", element: <Results currency="EUR" /> }], "/search?q=velvet+oak+armchair");
  expect(await screen.findByRole("note")).toHaveTextContent("has “oak” and “armchair”, without “velvet”");
  const card = screen.getByRole("link", { name: "Oak armchair" });
  expect(within(card).getByText("armchair").tagName).toBe("MARK");
  expect(screen.getByText("Made of oak <b>").tagName).toBe("MARK");
});

test("while search is away the page says so, shows the categories, and finds again when asked to", async () => {
  let away = true;
  server.use(
    http.get("*/api/v1/search", () =>
      away
        ? HttpResponse.json(
            {
              code: "search.unavailable",
              status: 503,
              title: "Search is not available",
              detail: "It is away.",
            },
            { status: 503, headers: { "content-type": "application/problem+json" } },
          )
        : HttpResponse.json(found(["Teapot"])),
    ),
    http.get("*/api/v1/categories", () =>
      HttpResponse.json({
        data: [
          { id: "cat_1", slug: "kitchen", name: "Kitchen", picture: "teapot", tone: "rose", children: [] },
        ],
      }),
    ),
  );
  const { person } = showRoutes([{ path: "/search", element: <SearchPage /> }], "/search?q=pot");
  expect(await screen.findByRole("heading", { name: "Search is taking a break" })).toBeVisible();
  expect(await screen.findByRole("link", { name: "Kitchen" })).toHaveAttribute("href", "/c/kitchen");
  away = false;
  await person.click(screen.getByRole("button", { name: "Search again" }));
  expect(await screen.findByText("Teapot")).toBeVisible();
  expect(screen.queryByRole("alert")).not.toBeInTheDocument();
});

test("more of a list is added below it", async () => {
  server.use(
    http.get("*/api/v1/search", ({ request }) =>
      HttpResponse.json(
        new URL(request.url).searchParams.get("cursor") === "c1"
          ? found(["Second"], { total: 2 })
          : found(["First"], { total: 2, next_cursor: "c1", has_more: true }),
      ),
    ),
  );
  const { person } = showRoutes([{ path: "/search", element: <Results currency="EUR" /> }], "/search");
  await person.click(await screen.findByRole("button", { name: "Show more" }));
  expect(await screen.findByText("Second")).toBeVisible();
  expect(screen.getByText("First")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).not.toBeInTheDocument();
});

test("the slash starts a search, arrows choose a suggestion, Enter goes there", async () => {
  server.use(
    http.get("*/api/v1/search/suggest", () =>
      HttpResponse.json({
        queries: ["teapot"],
        categories: [],
        products: [
          { slug: "aria", title: "Aria teapot", picture: "teapot", tone: "rose", price: euros(3850) },
        ],
      }),
    ),
  );
  const { person, router } = showRoutes([{ path: "*", element: <SearchBox placeholder="Search" /> }], "/");
  await screen.findByRole("combobox");
  await person.keyboard("/tea");
  expect(screen.getByRole("combobox")).toHaveValue("tea");
  await screen.findByRole("option", { name: /Aria teapot/ });
  await person.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(router.state.location.pathname).toBe("/p/aria");
});

const variant = (id: string, size: string, stock: number) => ({
  id,
  sku: id,
  title: size,
  options: { Size: size },
  price: euros(size === "L" ? 3000 : 2000),
  compare_at: null,
  available: stock,
  in_stock: stock > 0,
});

test("the chosen variant is the one that goes into the cart; a sold out one does not", async () => {
  const product = {
    id: "prd_1",
    listing_id: "lst_1",
    slug: "pot",
    title: "Pot",
    description: "",
    brand: "",
    seller: card("Pot").seller,
    category: { id: "cat_1", slug: "kitchen", name: "Kitchen" },
    breadcrumbs: [],
    pictures: [{ name: "teapot", tone: "rose" }],
    attributes: [],
    options: [{ name: "Size", values: ["S", "M", "L"] }],
    variants: [variant("var_s", "S", 9), variant("var_m", "M", 0), variant("var_l", "L", 2)],
    delivery: { from: "2026-11-24", to: "2026-11-26", shipping: euros(0), free_above: null },
    also_from_seller: [],
  } as unknown as ProductPageOut;
  const onAdd = vi.fn();
  const { person, router } = showRoutes(
    [
      {
        path: "*",
        element: <ProductView product={product} taxMode="inclusive" adding={false} onAdd={onAdd} />,
      },
    ],
    "/p/pot",
  );
  await person.click(screen.getByRole("radio", { name: /L/ }));
  expect(router.state.location.search).toBe("?variant=var_l");
  expect(screen.getByText("€30.00")).toBeVisible();
  expect(screen.getByText("Only 2 left")).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Add to cart" }));
  expect(onAdd).toHaveBeenCalledWith(product.variants[2], 1);
  await person.click(screen.getByRole("radio", { name: /M/ }));
  expect(screen.getByRole("button", { name: "Sold out" })).toBeDisabled();
});

test("the range of prices is in the currency that is shown, not in the marketplace's main one", async () => {
  server.use(
    http.get("*/api/v1/storefront", () => HttpResponse.json({ currency: "EUR", shown_in: "DKK" })),
    http.get("*/api/v1/search", () =>
      HttpResponse.json(
        found(["Lamp"], {
          facets: [{ key: "price", label: "", kind: "range", values: [], min: 44_000, max: 186_000 }],
        }),
      ),
    ),
  );
  showRoutes([{ path: "/search", element: <SearchPage /> }], "/search?q=lamp");
  expect(await screen.findByText(/kr\s440.00 to kr\s1,860.00/)).toBeInTheDocument();
});
