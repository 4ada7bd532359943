import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { server } from "@/testing/server";
import { showRoutes } from "@/testing/render";
import { OrdersPage } from "./OrdersPage";

const pounds = (amount: number) => ({ amount, currency: "GBP" });
const picture = { picture: "alarm-clock", tone: "rose" };

const anOrder = {
  id: "sor_1",
  order_id: "ord_1",
  state: "paid",
  marketplace: { slug: "harbour", name: "Harbour & Vale" },
  placed_at: "2026-11-21T16:36:28Z",
  ship_by: new Date(Date.now() - 3 * 3_600_000 - 60_000).toISOString(),
};
const aRow = {
  ...anOrder,
  your_part: pounds(32450),
  lines: [{ title: "Alarm clock", variant_title: "", quantity: 3, ...picture }],
  more: 0,
};
const aLine = {
  id: "lin_1",
  variant_id: "var_1",
  slug: "alarm-clock",
  title: "Alarm clock",
  variant_title: "",
  quantity: 3,
  shipped: 0,
  cancelled: 0,
  returned: 0,
  returnable: 0,
  unit: pounds(1000),
  total: pounds(3000),
  ...picture,
};
const inFull = { ...anOrder, lines: [aLine], address: { name: "Ada", city: "Kiel" }, shipments: [] };
const aDesk = {
  to_ship: 1,
  late: 1,
  on_hold: [pounds(100)],
  on_hold_orders: 1,
  available: [],
  this_month: [],
  last_month: [],
  returns_open: 0,
  low_stock: 0,
  next_release_at: null,
};

beforeEach(async () => {
  await loadWords("sellerOrders");
  server.use(
    http.get("*/api/v1/seller/sel_1/home", () => HttpResponse.json(aDesk)),
    http.get("*/api/v1/seller/sel_1/applications", () => HttpResponse.json({ data: [] })),
    http.get("*/api/v1/seller/sel_1/orders/sor_1", () => HttpResponse.json(inFull)),
    http.get("*/api/v1/seller/sel_1/orders", () =>
      HttpResponse.json({
        data: [aRow],
        counts: { to_ship: 1, on_the_way: 0, delivered: 0, cancelled: 0 },
        next_cursor: null,
        has_more: false,
      }),
    ),
  );
});

test("S ships a part of the order in focus; a refusal keeps what was typed", async () => {
  const sent: { body: unknown; key: string | null }[] = [];
  server.use(
    http.post("*/api/v1/seller/sel_1/orders/sor_1/ship", async ({ request }) => {
      sent.push({ body: await request.json(), key: request.headers.get("Idempotency-Key") });
      const refusal = {
        status: 422,
        errors: [{ pointer: "/tracking", detail: "DHL knows no such number." }],
      };
      return sent.length === 1 ? HttpResponse.json(refusal, { status: 422 }) : HttpResponse.json(inFull);
    }),
  );
  const { person } = showRoutes(
    [{ path: "/seller/:sellerId/orders", element: <OrdersPage /> }],
    "/seller/sel_1/orders",
  );
  expect(await screen.findAllByText("Late by 3 hr")).not.toHaveLength(0);

  await person.keyboard("js");
  const dialog = within(await screen.findByRole("dialog"));
  await person.click(await dialog.findByRole("button", { name: "One fewer of Alarm clock" }));
  await person.click(dialog.getByRole("button", { name: "Ship 2 pieces" }));
  expect(await dialog.findByText("Say who carries it.")).toBeInTheDocument();
  expect(sent).toEqual([]);

  await person.type(dialog.getByLabelText("Carrier"), "DHL");
  await person.type(dialog.getByLabelText("Tracking number"), "0034");
  await person.click(dialog.getByRole("button", { name: "Ship 2 pieces" }));
  expect(await dialog.findByText("DHL knows no such number.")).toBeInTheDocument();
  expect(dialog.getByLabelText("Tracking number")).toHaveValue("0034");

  await person.type(dialog.getByLabelText("Tracking number"), "5");
  await person.click(dialog.getByRole("button", { name: "Ship 2 pieces" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  expect(sent.map(({ body }) => body)).toEqual(
    ["0034", "00345"].map((tracking) => ({
      carrier: "DHL",
      tracking,
      lines: [{ line_id: "lin_1", quantity: 2 }],
    })),
  );
  expect(sent[0]?.key).not.toBe(sent[1]?.key);
});

test("what must leave first comes first on every page, and what is gone newest first", async () => {
  const asked: (string | null)[] = [];
  server.use(
    http.get("*/api/v1/seller/sel_1/orders", ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push([query.get("state"), query.get("sort"), query.get("cursor")].join(" "));
      return HttpResponse.json({
        data: [aRow],
        counts: { to_ship: 2, on_the_way: 1, delivered: 0, cancelled: 0 },
        next_cursor: query.get("cursor") ? null : "next",
        has_more: !query.get("cursor"),
      });
    }),
  );
  const { person } = showRoutes(
    [{ path: "/seller/:sellerId/orders", element: <OrdersPage /> }],
    "/seller/sel_1/orders",
  );
  await person.click(await screen.findByRole("button", { name: "Next" }));
  await waitFor(() => expect(asked).toEqual(["to_ship ship_by ", "to_ship ship_by next"]));
  await person.click(screen.getByRole("tab", { name: /On their way/ }));
  await waitFor(() => expect(asked.at(-1)).toBe("on_the_way  "));
});
