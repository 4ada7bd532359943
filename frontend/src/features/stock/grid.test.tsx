import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { ProductsPage } from "./ProductsPage";

const money = (amount: number, currency: string) => ({ amount, currency });
const offer = {
  tenant: { slug: "nordmarkt", name: "Nordmarkt" },
  listing_id: "lst_1",
  slug: "brass-lamp",
  category: "lamps",
  state: "published",
  currencies: ["EUR", "DKK"],
  price: money(4900, "EUR"),
  compare_at: null,
  further: [{ price: money(36_500, "DKK"), compare_at: null }],
};
const lamp = {
  id: "prd_1",
  title: "Brass Lamp",
  handle: "brass-lamp",
  state: "published",
  picture: "brass-lamp",
  tone: "sand",
  variants: [
    {
      id: "var_1",
      sku: "LAMP",
      title: "",
      on_hand: 9,
      reserved: 0,
      available: 9,
      locations: [],
      offers: [offer],
    },
  ],
};

beforeEach(() => loadWords("stock"));

test("a further price that is emptied is taken away, and the main one cannot be", async () => {
  const asked: unknown[] = [];
  server.use(
    http.get("*/api/v1/seller/sel_1/products", () =>
      HttpResponse.json({ data: [lamp], next_cursor: null, has_more: false }),
    ),
    http.put("*/api/v1/seller/sel_1/prices", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json({
        data: [{ variant_id: "var_1", tenant: "nordmarkt", currency: "DKK", price: null, compare_at: null }],
      });
    }),
  );
  const { person } = showRoutes(
    [{ path: "/seller/:sellerId/products", element: <ProductsPage /> }],
    "/seller/sel_1/products",
  );
  const inKroner = await screen.findByLabelText("Price of Brass Lamp, Nordmarkt DKK");
  expect(inKroner).toHaveValue("365.00");
  await person.clear(inKroner);
  await person.keyboard("{Enter}");
  expect(await screen.findByText("Saved")).toBeInTheDocument();
  expect(inKroner).toHaveValue("");
  expect(asked).toEqual([
    {
      changes: [
        {
          variant_id: "var_1",
          tenant: "nordmarkt",
          currency: "DKK",
          price_minor: null,
          compare_at_minor: null,
        },
      ],
    },
  ]);
  const inEuros = screen.getByLabelText("Price of Brass Lamp, Nordmarkt EUR");
  await person.clear(inEuros);
  await person.keyboard("{Enter}");
  expect(await screen.findByText("An amount such as 12.50.")).toBeVisible();
  expect(asked).toHaveLength(1);
});
