import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { OrderPage } from "./OrderPage";
import { SlipsPage } from "./SlipsPage";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const anOrder = {
  id: "sor_1",
  order_id: "ord_1",
  state: "awaited",
  method: "invoice",
  purchase_order: "KITA-118",
  marketplace: { slug: "nordmarkt", name: "Nordmarkt" },
  seller: { id: "sel_1", name: "Nordlauf", slug: "nordlauf" },
  placed_at: "2026-11-21T16:36:28Z",
  ship_by: null,
  address: { name: "Ada", line1: "Holstenstraße 12", postal_code: "24103", city: "Kiel", country: "DE" },
  collect: euros(0),
  escrow: { state: null, held: euros(0), due_at: null },
  money: {
    items: euros(6050),
    shipping: euros(0),
    tax: euros(1150),
    commission: euros(605),
    you_get: euros(5445),
  },
  total: euros(7200),
  lines: [
    {
      id: "lin_1",
      variant_id: "var_1",
      slug: "backpack",
      title: "Daybreak backpack",
      variant_title: "Pine",
      picture: "backpack",
      tone: "mint",
      quantity: 1,
      shipped: 0,
      cancelled: 0,
      returned: 0,
      returnable: 0,
      unit: euros(7200),
      total: euros(7200),
    },
  ],
  shipments: [] as object[],
  returns: [],
  documents: [] as object[],
  timeline: [{ at: "2026-11-21T16:36:28Z", kind: "placed", seller_order_id: null }],
};
const shows = (order: object) =>
  server.use(http.get("*/api/v1/seller/sel_1/orders/sor_1", () => HttpResponse.json(order)));

beforeEach(() => loadWords("sellerOrders"));

test("the buyer's own order number stands on the order and on its packing slip", async () => {
  shows(anOrder);
  const { unmount } = showRoutes(
    [{ path: "/seller/:sellerId/orders/:orderId", element: <OrderPage /> }],
    "/seller/sel_1/orders/sor_1",
  );
  expect(await screen.findByText(/Buyer’s order number: KITA-118/)).toBeVisible();
  unmount();
  showRoutes([{ path: "/seller/:sellerId/slips", element: <SlipsPage /> }], "/seller/sel_1/slips?ids=sor_1");
  expect(await screen.findByText("Buyer’s order number: KITA-118")).toBeVisible();
});

test("a parcel that came back unpaid is not on its way any more", async () => {
  const parcel = {
    id: "shp_1",
    carrier: "DHL",
    tracking: "0034",
    shipped_at: "2026-11-22T10:00:00Z",
    delivered_at: null,
    lines: [{ line_id: "lin_1", quantity: 1 }],
  };
  const sent = [
    ...anOrder.timeline,
    {
      at: "2026-11-22T10:00:00Z",
      kind: "shipped",
      seller_order_id: "sor_1",
      carrier: "DHL",
      tracking: "0034",
    },
  ];
  const open = () =>
    showRoutes(
      [{ path: "/seller/:sellerId/orders/:orderId", element: <OrderPage /> }],
      "/seller/sel_1/orders/sor_1",
    );
  const order = { ...anOrder, method: "cash_on_delivery", purchase_order: "", shipments: [parcel] };
  const chip = () => screen.getByText("Shipped 22 Nov 2026", { exact: false }).closest("li");
  shows({ ...order, state: "shipped", timeline: sent });
  const { unmount } = open();
  await screen.findByText("Parcels");
  expect(chip()).toHaveTextContent("On its way");
  unmount();
  const back = { at: "2026-11-24T10:00:00Z", kind: "refused", seller_order_id: "sor_1" };
  shows({ ...order, state: "cancelled", timeline: [...sent, back] });
  open();
  await screen.findByText("Parcels");
  expect(chip()).toHaveTextContent("Came back unpaid");
  expect(chip()).not.toHaveTextContent("On its way");
});

// jsdom goes nowhere but to another fragment: it stands for the file.
const FILE = "#the-invoice";

test("the seller opens what was issued for the order", async () => {
  const invoice = { id: "doc_1", kind: "invoice", number: "NORDMARKT-000042", return_id: null };
  shows({ ...anOrder, documents: [{ ...invoice, issued_at: "2026-11-22T10:00:00Z" }] });
  server.use(
    http.get("*/api/v1/seller/sel_1/documents/doc_1", () =>
      HttpResponse.json({ url: FILE, until: "2026-11-22T10:05:00Z" }),
    ),
  );
  const { person } = showRoutes(
    [{ path: "/seller/:sellerId/orders/:orderId", element: <OrderPage /> }],
    "/seller/sel_1/orders/sor_1",
  );
  await person.click(await screen.findByRole("button", { name: "Invoice NORDMARKT-000042" }));
  await expect.poll(() => window.location.hash).toBe(FILE);
});
