import { screen, within } from "@testing-library/react";
import { delay, http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { ReceiptsPage } from "./ReceiptsPage";

const money = (amount: number) => ({ amount, currency: "EUR" });
const tenant = { slug: "nordmarkt", name: "Nordmarkt" };
const kept = {
  id: "sus_01KAB3Z8Q4RST",
  tenant,
  reference: "S-1",
  received: money(4_000),
  rest: money(0),
  valued_on: "2026-04-17",
  recorded_at: "2026-04-17T10:00:00Z",
  words: "for my lamps",
  state: "kept",
  settlement: "take",
  order_id: "ord_01KAB3Z8Q4RST",
};
const waiting = {
  order_id: "ord_01KAB3Z8Q4RST",
  tenant,
  method: "invoice",
  buyer: "ada@example.com",
  placed_at: "2026-03-01T10:00:00Z",
  due_at: "2026-03-31T10:00:00Z",
  late_days: 17,
  bucket: "0-30",
  due: money(11_556),
  kept: money(4_000),
};
const sums = ["not_due", "0-30", "31-60", "61-90", "90+"].map((bucket) => ({
  bucket,
  orders: bucket === "0-30" ? 1 : 0,
  missing: money(bucket === "0-30" ? 7_556 : 0),
}));

beforeEach(async () => {
  await loadWords("receipts", "ledger");
  server.use(
    http.get("*/api/v1/marketplaces", () =>
      HttpResponse.json({
        data: [{ ...tenant, url: "", currency: "EUR", currencies: ["EUR"], locale: "en" }],
      }),
    ),
    http.get("*/api/v1/finance/receipts", () =>
      HttpResponse.json({ data: [kept], next_cursor: null, has_more: false }),
    ),
    http.get("*/api/v1/finance/waiting-orders", () => HttpResponse.json({ data: [waiting], sums })),
  );
});

const shown = () =>
  showRoutes([{ path: "/finance/receipts", element: <ReceiptsPage /> }], "/finance/receipts");

test("whoever is quicker than the list of marketplaces waits for it", async () => {
  server.use(
    http.get("*/api/v1/marketplaces", async () => {
      await delay(200);
      return HttpResponse.json({
        data: [{ ...tenant, url: "", currency: "EUR", currencies: ["EUR"], locale: "en" }],
      });
    }),
  );
  const { person } = shown();
  await person.click(await screen.findByRole("button", { name: "Record a receipt" }));
  const drawer = await screen.findByRole("dialog", { name: "Record a receipt" });
  expect(await within(drawer).findByLabelText("Amount")).toBeVisible();
});

test("a receipt is recorded as the statement says it, for an order that waits", async () => {
  const sent: unknown[] = [];
  server.use(
    http.post("*/api/v1/finance/receipts", async ({ request }) => {
      sent.push(await request.json(), Boolean(request.headers.get("idempotency-key")));
      return HttpResponse.json({ ...kept, is_new: true, refusal: null }, { status: 201 });
    }),
  );
  const { person } = shown();
  expect(await screen.findByRole("link", { name: /S-1/ })).toHaveAttribute(
    "href",
    `/finance/suspense/${kept.id}`,
  );
  await person.click(screen.getByRole("button", { name: "Record a receipt" }));
  const drawer = await screen.findByRole("dialog");
  expect(within(drawer).getByRole("button", { name: "Record it" })).toBeDisabled();
  await person.type(within(drawer).getByLabelText("Amount"), "40");
  await person.type(within(drawer).getByLabelText("Day of value"), "2026-04-17");
  await person.type(within(drawer).getByLabelText("Reference"), "S-1");
  await person.click(within(drawer).getByRole("combobox", { name: "Order" }));
  await person.click(await screen.findByText(/ord_01KAB3Z8Q4RST · €75.56/));
  await person.click(within(drawer).getByRole("button", { name: "Record it" }));
  await screen.findByText("Kept until the rest has come");
  expect(sent).toEqual([
    {
      tenant: "nordmarkt",
      reference: "S-1",
      amount_minor: 4_000,
      currency: "EUR",
      valued_on: "2026-04-17",
      words: "",
      order_id: "ord_01KAB3Z8Q4RST",
    },
    true,
  ]);
});

test("what is refused is said in the drawer, and what was typed stays", async () => {
  server.use(
    http.post("*/api/v1/finance/receipts", () =>
      HttpResponse.json(
        { status: 409, code: "suspense.receipt_differs", detail: "S-1 is recorded already, with EUR 41.00." },
        { status: 409 },
      ),
    ),
  );
  const { person } = shown();
  await person.click(await screen.findByRole("button", { name: "Record a receipt" }));
  await person.type(screen.getByLabelText("Amount"), "40");
  await person.type(screen.getByLabelText("Day of value"), "2026-04-17");
  await person.type(screen.getByLabelText("Reference"), "S-1");
  await person.click(screen.getByRole("button", { name: "Record it" }));
  expect(await screen.findByText("S-1 is recorded already, with EUR 41.00.")).toBeVisible();
  expect(screen.getByLabelText("Reference")).toHaveValue("S-1");
});

test("orders that wait stand with what is here, what is missing, and how late they are", async () => {
  const { person, router } = shown();
  await person.click(await screen.findByRole("tab", { name: "Orders that wait" }));
  expect(await screen.findByText("€40.00 of €115.56 is here")).toBeVisible();
  expect(screen.getByText("€75.56")).toBeVisible();
  expect(screen.getByText("1 order")).toBeVisible();
  expect(router.state.location.search).toBe("?show=waiting");
});

test("an order whose money never comes is given up from the list, or it is said why not", async () => {
  let refuses = true;
  let asked = 0;
  const detail = "Nothing is awaited for this order any more: it is paid.";
  server.use(
    http.get("*/api/v1/finance/waiting-orders", () => {
      asked += 1;
      return HttpResponse.json({ data: [waiting], sums });
    }),
    http.post(`*/api/v1/finance/orders/${waiting.order_id}/give-up`, () =>
      refuses
        ? HttpResponse.json({ status: 409, code: "payments.not_awaited", detail }, { status: 409 })
        : HttpResponse.json({ state: "given_up", approval_id: null }),
    ),
  );
  const { person } = shown();
  await person.click(await screen.findByRole("tab", { name: "Orders that wait" }));
  await person.click(await screen.findByRole("button", { name: "Give up" }));
  const dialog = await screen.findByRole("dialog", { name: "Give up €115.56?" });
  await person.type(within(dialog).getByLabelText("Why"), "The buyer has moved away");
  await person.click(within(dialog).getByRole("button", { name: "Give up" }));
  expect(await within(dialog).findByText(detail)).toBeVisible();
  expect(within(dialog).getByLabelText("Why")).toHaveValue("The buyer has moved away");
  refuses = false;
  const before = asked;
  await person.click(within(dialog).getByRole("button", { name: "Give up" }));
  await expect.poll(() => screen.queryByRole("dialog")).toBeNull();
  expect(await screen.findByText("Given up: nothing is awaited any more")).toBeVisible();
  await expect.poll(() => asked).toBeGreaterThan(before);
});
