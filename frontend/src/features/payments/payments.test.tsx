import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { PaymentPage } from "./PaymentPage";
import { PaymentsPage } from "./PaymentsPage";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const aPayment = {
  id: "pi_1",
  order_id: "ord_1",
  tenant: { slug: "nordmarkt", name: "Nordmarkt" },
  created_at: "2026-11-16T10:04:11Z",
  state: "capturing",
  method: "card",
  due: euros(0),
  due_at: null,
  charged: "later",
  amount: euros(10800),
  captured: euros(0),
  refunded: euros(0),
  credit: euros(0),
  brand: "Visa",
  last4: "4242",
  reason: "",
  next_look_at: "2026-11-16T10:05:00Z",
};
const event = (what: string, rest = {}) => ({
  at: "2026-11-16T10:04:11Z",
  who: "gateway",
  what,
  amount: null,
  key: "",
  ref: "",
  reason: "",
  expected: false,
  ...rest,
});

beforeEach(async () => {
  await loadWords("payments", "ledger");
  server.use(http.get("*/api/v1/marketplaces", () => HttpResponse.json({ data: [] })));
});

test("payments are listed with how they stand, also those that were given back", async () => {
  const asked: string[] = [];
  server.use(
    http.get("*/api/v1/finance/payments", ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("state") ?? "");
      const back = { ...aPayment, id: "pi_2", state: "captured", captured: euros(500), refunded: euros(500) };
      return HttpResponse.json({ data: [aPayment, back], next_cursor: null, has_more: false });
    }),
  );
  const { person } = showRoutes(
    [{ path: "/finance/payments", element: <PaymentsPage /> }],
    "/finance/payments",
  );
  await screen.findByRole("link", { name: /pi_1/ });
  const [, first, second] = screen.getAllByRole("row");
  expect(first).toHaveTextContent("Being captured");
  expect(second).toHaveTextContent("Refunded");
  await person.click(screen.getByRole("combobox", { name: "State" }));
  await person.click(screen.getByRole("option", { name: "Authorised" }));
  await expect.poll(() => asked.at(-1)).toBe("authorised");
});

test("a payment tells what we asked, what the gateway said, and what is due", async () => {
  server.use(
    http.get("*/api/v1/finance/payments/pi_1", () =>
      HttpResponse.json({
        ...aPayment,
        state: "declined",
        fee: euros(0),
        buyer: "mia@post.example",
        order_state: "payment_failed",
        authorised_until: null,
        settled_at: null,
        events: [
          event("hold", { who: "velora", amount: euros(10800), key: "pi_1" }),
          event("unknown", { reason: "unheard" }),
          event("declined", { reason: "insufficient_funds" }),
          event("refund_again", { who: "velora", amount: euros(400), expected: true }),
        ],
        journals: [],
      }),
    ),
  );
  showRoutes([{ path: "/finance/payments/:paymentId", element: <PaymentPage /> }], "/finance/payments/pi_1");
  expect(await screen.findByRole("heading", { level: 1, name: "Payment of €108.00" })).toBeInTheDocument();
  const [asked, silent, declined, due] = screen.getAllByRole("listitem");
  expect(asked).toHaveTextContent("Hold €108.00");
  expect(within(asked as HTMLElement).getByRole("button", { name: /pi_1/ })).toBeInTheDocument();
  expect(silent).toHaveTextContent("No answer");
  expect(declined).toHaveTextContent("Not enough funds insufficient_funds");
  expect(due).toHaveTextContent("Ask for €4.00 back again");
  expect(screen.getByText("No money has moved.")).toBeInTheDocument();
});

test("what is paid later says how, how much and by when, and is given up for a reason", async () => {
  const awaited = {
    ...aPayment,
    state: "awaited",
    method: "invoice",
    due: euros(10800),
    due_at: "2026-12-16T10:04:11Z",
    brand: "",
    last4: "",
    next_look_at: null,
    fee: euros(0),
    buyer: "mia@post.example",
    order_state: "awaited",
    authorised_until: null,
    settled_at: null,
    events: [event("awaited", { who: "velora", amount: euros(10800) })],
    journals: [],
  };
  const sent: unknown[] = [];
  server.use(
    http.get("*/api/v1/finance/payments/pi_1", () => HttpResponse.json(awaited)),
    http.post("*/api/v1/finance/orders/ord_1/give-up", async ({ request }) => {
      sent.push(await request.json(), request.headers.has("idempotency-key"));
      return HttpResponse.json({ state: "waiting", approval_id: "apr_1" });
    }),
  );
  const { person } = showRoutes(
    [{ path: "/finance/payments/:paymentId", element: <PaymentPage /> }],
    "/finance/payments/pi_1",
  );
  expect(await screen.findByText("€108.00 to be paid later")).toBeVisible();
  expect(screen.queryByText("We asked the gateway")).toBeNull();
  expect(screen.getByText("Still to come")).toBeVisible();
  expect(screen.getByText("Invoice")).toBeVisible();
  expect(screen.getByText("16 Dec 2026")).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Give up" }));
  const dialog = await screen.findByRole("dialog");
  await person.click(within(dialog).getByRole("button", { name: "Give up" }));
  expect(await within(dialog).findByText("Write why, in at most 200 letters.")).toBeVisible();
  await person.type(within(dialog).getByLabelText("Why"), "Two reminders, no answer");
  await person.click(within(dialog).getByRole("button", { name: "Give up" }));
  expect(await screen.findByText(/A second person must agree first/)).toBeVisible();
  expect(screen.getByRole("link", { name: "See the request" })).toHaveAttribute(
    "href",
    "/finance/approvals/apr_1",
  );
  expect(sent).toEqual([{ reason: "Two reminders, no answer" }, true]);
});

test("a payment that is not there says so", async () => {
  server.use(
    http.get("*/api/v1/finance/payments/pi_1", () =>
      HttpResponse.json({ status: 404, detail: "There is no payment pi_1 here." }, { status: 404 }),
    ),
  );
  showRoutes([{ path: "/finance/payments/:paymentId", element: <PaymentPage /> }], "/finance/payments/pi_1");
  expect(await screen.findByRole("alert")).toHaveTextContent("There is no payment pi_1 here.");
});
