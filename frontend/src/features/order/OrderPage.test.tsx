import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { OrderPage } from "./OrderPage";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const line = {
  id: "lin_1",
  variant_id: "var_1",
  slug: "teapot",
  title: "Aria teapot",
  variant_title: "Red",
  picture: "teapot",
  tone: "rose",
  quantity: 2,
  shipped: 2,
  cancelled: 0,
  returned: 0,
  returnable: 2,
  unit: euros(2000),
  total: euros(4000),
};

function anOrder(state = "delivered", payment = "captured") {
  return {
    id: "ord_1",
    placed_at: "2026-11-20T10:00:00Z",
    state,
    email: "ada@example.com",
    currency: "EUR",
    tax_mode: "inclusive",
    items: euros(4000),
    shipping: euros(490),
    tax: euros(700),
    total: euros(4490),
    refunded: euros(0),
    address: {
      name: "Ada Lovelace",
      line1: "Holstenstraße 12",
      postal_code: "24103",
      city: "Kiel",
      country: "DE",
    },
    purchase_order: "",
    payment: {
      method: "card",
      due: euros(0),
      due_at: null as string | null,
      bank: null as { holder: string; iban: string; bic: string } | null,
      state: payment,
      brand: "Visa",
      last4: "4242",
      challenge_url: null,
      card: euros(4490),
      credit: euros(0),
    },
    seller_orders: [
      {
        id: "sor_1",
        seller: { id: "sel_1", name: "Keramik Kiel", slug: "keramik-kiel" },
        state,
        items: euros(4000),
        shipping: euros(490),
        tax: euros(700),
        total: euros(4490),
        escrow: { state: "held", held: euros(4490), due_at: "2026-12-06T10:00:00Z" },
        lines: [line],
        shipments: [],
        returns: [] as object[],
        documents: [] as object[],
      },
    ],
    timeline: [{ at: "2026-11-20T10:00:00Z", kind: "placed", seller_order_id: null }],
    may: { cancel: state === "paid", credit: false },
  };
}

const open = (address = "/orders/ord_1") =>
  showRoutes([{ path: "/orders/:id", element: <OrderPage /> }], address);
const shows = (order: object) =>
  server.use(http.get("*/api/v1/orders/ord_1", () => HttpResponse.json(order)));

beforeEach(() => loadWords("order"));

test("two of a line are asked to be returned, with the reason", async () => {
  const asked: unknown[] = [];
  shows(anOrder());
  server.use(
    http.post("*/api/v1/seller-orders/sor_1/returns", async ({ request }) => {
      asked.push(await request.json(), request.headers.has("idempotency-key"));
      return HttpResponse.json({}, { status: 201 });
    }),
  );
  const { person } = open();
  await person.click(await screen.findByRole("button", { name: "Return something" }));
  const dialog = within(await screen.findByRole("dialog"));
  await person.click(dialog.getByRole("button", { name: "One more of Aria teapot" }));
  expect(dialog.getByText("€40.00")).toBeVisible();
  await person.click(dialog.getByRole("button", { name: "Ask for a return" }));
  expect(await dialog.findByText("Choose a reason.")).toBeVisible();
  expect(asked).toEqual([]);
  await person.click(dialog.getByRole("combobox"));
  await person.click(await screen.findByRole("option", { name: "It is damaged" }));
  await person.click(dialog.getByRole("button", { name: "Ask for a return" }));
  expect(await screen.findByText("The return is on its way to the seller")).toBeVisible();
  expect(asked).toEqual([{ lines: [{ line_id: "lin_1", quantity: 2 }], reason: "damaged", note: "" }, true]);
});

test("what was paid by transfer goes to an account that the buyer names, and a wrong number is said at its field", async () => {
  const asked: unknown[] = [];
  const order = anOrder();
  shows({ ...order, payment: { ...order.payment, method: "invoice" } });
  server.use(
    http.post("*/api/v1/seller-orders/sor_1/returns", async ({ request }) => {
      asked.push(await request.json());
      return asked.length > 1
        ? HttpResponse.json({}, { status: 201 })
        : HttpResponse.json({ status: 422, code: "transfers.bad_iban", detail: "No IBAN." }, { status: 422 });
    }),
  );
  const { person } = open();
  await person.click(await screen.findByRole("button", { name: "Return something" }));
  const dialog = within(await screen.findByRole("dialog"));
  await person.click(dialog.getByRole("combobox"));
  await person.click(await screen.findByRole("option", { name: "It is damaged" }));
  const iban = dialog.getByLabelText(/IBAN/);
  await person.type(iban, "DE89370400440532013001");
  await person.click(dialog.getByRole("button", { name: "Ask for a return" }));
  expect(await dialog.findByText("Write whose account it is.")).toBeVisible();
  expect(asked).toEqual([]);
  await person.type(dialog.getByLabelText(/Account holder/), "Ada Lovelace");
  await person.click(dialog.getByRole("button", { name: "Ask for a return" }));
  expect(await dialog.findByText(/This is no IBAN/)).toBeVisible();
  await person.clear(iban);
  await person.type(iban, "DE89370400440532013000");
  await person.click(dialog.getByRole("button", { name: "Ask for a return" }));
  expect(await screen.findByText("The return is on its way to the seller")).toBeVisible();
  expect(asked.at(-1)).toMatchObject({ payee: { holder: "Ada Lovelace", iban: "DE89370400440532013000" } });
});

test("cancelling asks first, then shows the order as the server has it", async () => {
  shows(anOrder("paid"));
  server.use(
    http.post("*/api/v1/orders/ord_1/cancel", () =>
      HttpResponse.json({ ...anOrder("cancelled"), refunded: euros(4490) }),
    ),
  );
  const { person } = open();
  await person.click(await screen.findByRole("button", { name: "Cancel the order" }));
  await person.click(
    within(await screen.findByRole("alertdialog")).getByRole("button", { name: "Cancel the order" }),
  );
  expect(await screen.findByText("− €44.90")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Cancel the order" })).not.toBeInTheDocument();
});

test("a payment nobody has heard of yet is asked for until it is known", async () => {
  let looks = 0;
  server.use(
    http.get("*/api/v1/orders/ord_1", () =>
      HttpResponse.json(looks++ === 0 ? anOrder("placed", "unknown") : anOrder("paid")),
    ),
  );
  open("/orders/ord_1?waiting=1");
  expect(await screen.findByText("We are waiting for your bank")).toBeVisible();
  expect(
    await screen.findByText("Your order is placed and €44.90 is paid", {}, { timeout: 4000 }),
  ).toBeVisible();
});

test("what is authorised is placed, and charged when it ships", async () => {
  const order = anOrder("authorised");
  shows({ ...order, payment: { ...order.payment, state: "authorised" } });
  open("/orders/ord_1?thanks=1");
  expect(await screen.findByText("Your order is placed; €44.90 is authorised")).toBeVisible();
  expect(screen.getAllByText("Authorised, being packed")[0]).toBeVisible();
  expect(screen.getByText("authorised; charged when it ships")).toBeVisible();
});

test("what is paid at the door says how much, and an invoice where to and by when", async () => {
  const order = anOrder("awaited");
  const payment = { ...order.payment, state: "awaited", last4: "", due: euros(4490) };
  shows({ ...order, payment: { ...payment, method: "cash_on_delivery" } });
  const { unmount } = open("/orders/ord_1?thanks=1");
  expect(await screen.findByText("Your order is placed: €44.90")).toBeVisible();
  expect(screen.getByText("€44.90 to be paid in cash at the door")).toBeVisible();
  unmount();
  const bank = { holder: "Nordmarkt GmbH", iban: "DE02120300000000202051", bic: "BYLADEM1001" };
  shows({
    ...order,
    purchase_order: "PO-4711",
    payment: { ...payment, method: "invoice", due_at: "2199-12-26T10:00:00Z", bank },
  });
  const { unmount: close } = open("/orders/ord_1");
  expect(await screen.findByText("€44.90 to be transferred by 26 Dec 2199")).toBeVisible();
  expect(screen.getByText("DE02 1203 0000 0000 2020 51")).toBeVisible();
  expect(screen.getByText("PO-4711")).toBeVisible();
  close();
  shows({ ...order, payment: { ...payment, method: "invoice", due_at: "2026-01-05T10:00:00Z", bank } });
  open("/orders/ord_1");
  expect(await screen.findByText("€44.90 was to be transferred by 5 Jan 2026")).toBeVisible();
});

test("a parcel that nobody paid for at the door is not on its way any more", async () => {
  const order = anOrder("cancelled", "voided");
  const shipment = {
    id: "shp_1",
    carrier: "DHL",
    tracking: "0034",
    shipped_at: "2026-11-21T10:00:00Z",
    delivered_at: null,
    lines: [],
  };
  const part = { ...order.seller_orders[0], shipments: [shipment] };
  shows({
    ...order,
    seller_orders: [part],
    timeline: [
      ...order.timeline,
      {
        at: "2026-11-21T10:00:00Z",
        kind: "shipped",
        seller_order_id: "sor_1",
        carrier: "DHL",
        tracking: "0034",
      },
      { at: "2026-11-24T10:00:00Z", kind: "refused", seller_order_id: "sor_1" },
    ],
  });
  open();
  const parcel = within(await screen.findByRole("region", { name: "From Keramik Kiel" }));
  expect(parcel.getByText("Came back from the door")).toBeVisible();
  expect(parcel.queryByText(/On its way/)).not.toBeInTheDocument();
});

test("a guest's key opens the order", async () => {
  server.use(
    http.get("*/api/v1/orders/ord_1", ({ request }) =>
      new URL(request.url).searchParams.get("key") === "k1"
        ? HttpResponse.json(anOrder())
        : HttpResponse.json({ status: 404, code: "not_found", detail: "No such order." }, { status: 404 }),
    ),
  );
  open("/orders/ord_1?key=k1");
  expect(await screen.findByRole("heading", { name: "Your order" })).toBeVisible();
});

// jsdom goes nowhere but to another fragment: it stands for the file.
const FILE = "#the-invoice";
const invoice = {
  id: "doc_1",
  kind: "invoice",
  number: "NORDMARKT-000042",
  issued_at: "2026-11-21T10:00:00Z",
  return_id: null,
};

test("the invoice is opened by an address that is asked for then, with the guest's key", async () => {
  const asked: unknown[] = [];
  const order = anOrder("cancelled");
  const [part] = order.seller_orders;
  shows({
    ...order,
    seller_orders: [{ ...part, lines: [{ ...line, returnable: 0 }], documents: [invoice] }],
  });
  server.use(
    http.get("*/api/v1/orders/ord_1/documents/doc_1", ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("key"));
      return HttpResponse.json({ url: FILE, until: "2026-11-21T10:05:00Z" });
    }),
  );
  const { person, unmount } = open();
  expect(await screen.findByRole("button", { name: "Invoice NORDMARKT-000042" })).toBeEnabled();
  expect(asked).toEqual([]);
  await person.click(screen.getByRole("button", { name: "Invoice NORDMARKT-000042" }));
  await expect.poll(() => window.location.hash).toBe(FILE);
  unmount();
  window.location.hash = "";
  open("/orders/ord_1?key=k1");
  await person.click(await screen.findByRole("button", { name: "Invoice NORDMARKT-000042" }));
  await expect.poll(() => window.location.hash).toBe(FILE);
  expect(asked).toEqual([null, "k1"]);
});

test("a return's label stands with it, and a file that cannot be had says why", async () => {
  const order = anOrder();
  const [part] = order.seller_orders;
  const back = {
    id: "ret_1",
    reason: "damaged",
    state: "approved",
    amount: euros(2000),
    note: "",
    lines: [],
    requested_at: "2026-11-25T10:00:00Z",
  };
  const label = { ...invoice, id: "doc_3", kind: "return_label", number: "", return_id: "ret_1" };
  const note = { ...label, id: "doc_2", kind: "credit_note", number: "NORDMARKT-C000007" };
  shows({ ...order, seller_orders: [{ ...part, returns: [back], documents: [invoice, note, label] }] });
  server.use(
    http.get("*/api/v1/orders/ord_1/documents/doc_3", () =>
      HttpResponse.json({ status: 503, detail: "Files cannot be had just now." }, { status: 503 }),
    ),
  );
  const { person } = open();
  const parcel = within(await screen.findByRole("region", { name: "From Keramik Kiel" }));
  expect(parcel.getAllByRole("button").map((button) => button.textContent.trim())).toEqual([
    "Return label",
    "It has arrived",
    "Return something",
    "Invoice NORDMARKT-000042",
    "Credit note NORDMARKT-C000007",
  ]);
  await person.click(parcel.getByRole("button", { name: "Return label" }));
  expect(await screen.findByText("Files cannot be had just now.")).toBeVisible();
});

test("the history is told in the reader's words, with who carries the parcel", async () => {
  const event = { at: "2026-11-20T10:00:00Z", seller_order_id: null };
  shows({
    ...anOrder("paid"),
    timeline: [
      { ...event, kind: "shipped", carrier: "DHL", tracking: "JD01" },
      { ...event, kind: "payment_failed", reason: "declined" },
    ],
  });
  open();
  expect(await screen.findByText("DHL · JD01")).toBeVisible();
  expect(screen.getByText("The bank declined; nothing was charged")).toBeVisible();
});
