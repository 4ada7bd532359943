import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { Outlet } from "react-router-dom";
import { beforeEach, describe, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { AddressStep } from "./AddressStep";
import { expiryOf, isCardNumber, slashed, spaced } from "./cardRules";
import { PaymentStep } from "./PaymentStep";
import { useDraft } from "./useDraft";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const ada = {
  email: "ada@example.com",
  name: "Ada Lovelace",
  line1: "Holstenstraße 12",
  line2: "",
  postal_code: "24103",
  city: "Kiel",
  country: "DE",
  phone: "",
};
const cart = {
  lines: 1,
  groups: [],
  items: euros(12900),
  shipping: euros(0),
  tax: euros(2060),
  total: euros(12900),
  tax_mode: "inclusive",
  country: "DE",
  changes: [],
};
const order = { id: "ord_1", state: "paid", total: euros(12900) };
const captured = { order, payment: { state: "captured", intent_id: "pi_1", challenge_url: null } };
const refusal = (status: number, code: string, rest: object) =>
  HttpResponse.json({ status, code, ...rest }, { status });

const routes = [
  {
    path: "/checkout",
    element: <Outlet />,
    children: [
      { path: "address", element: <AddressStep /> },
      { path: "payment", element: <PaymentStep /> },
      { path: "delivery", element: <p>delivery</p> },
    ],
  },
  { path: "*", element: <p>elsewhere</p> },
];

beforeEach(async () => {
  await loadWords("checkout");
  sessionStorage.clear();
  useDraft.setState({ address: ada, deliverySeen: true });
  server.use(
    http.get("*/api/v1/cart", () => HttpResponse.json(cart)),
    http.get("*/api/v1/auth/me", () =>
      HttpResponse.json({ account: null, roles: [], sellers: [], tenant: null }),
    ),
    http.get("*/api/v1/account/credit", () =>
      HttpResponse.json({ balance: euros(0), held: euros(0), free: euros(0), history: [] }),
    ),
    http.get("*/api/v1/checkout/methods", () => HttpResponse.json({ data: [] })),
    http.get("*/api/v1/storefront", () =>
      HttpResponse.json({
        country: "DE",
        countries: ["DE", "AT"],
        card_form: { gateway: "sandbox", publishable_key: null },
        demo: false,
        escrow_days: 14,
        theme: {},
        name: "Nordmarkt",
      }),
    ),
    http.post("*/api/v1/sandbox/tokens", () =>
      HttpResponse.json({ token: "tok_1", brand: "Visa", last4: "4242" }),
    ),
  );
});

async function fillCard() {
  const shown = showRoutes(routes, "/checkout/payment");
  await screen.findByRole("button", { name: /Pay €129.00/ });
  await shown.person.type(screen.getByLabelText("Card number"), "4242424242424242");
  await shown.person.type(screen.getByLabelText("Expiry"), "1230");
  await shown.person.type(screen.getByLabelText("Security code"), "123");
  return shown;
}
const pay = () => screen.getByRole("button", { name: /^Pay/ });

describe("the address", () => {
  test("is checked where it is typed, keeps what was typed and goes on when it is right", async () => {
    useDraft.setState({ address: undefined, deliverySeen: false });
    const { person, router } = showRoutes(routes, "/checkout/address");
    await person.type(await screen.findByLabelText("E-mail"), "ada");
    await person.click(screen.getByRole("button", { name: "Continue to delivery" }));
    expect(await screen.findByText(/This is not an e-mail address/)).toBeVisible();
    await person.type(screen.getByLabelText("E-mail"), "@example.com");
    await person.type(screen.getByLabelText("Full name"), ada.name);
    await person.type(screen.getByLabelText("Street and number"), ada.line1);
    await person.type(screen.getByLabelText("Postal code"), "2410");
    await person.type(screen.getByLabelText("Town"), "Kiel");
    expect(await screen.findByText(/not a postal code of that country. Example: 24103/)).toBeVisible();
    await person.type(screen.getByLabelText("Postal code"), "3");
    await person.click(screen.getByRole("button", { name: "Continue to delivery" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/checkout/delivery"));
    expect(useDraft.getState().address).toEqual(ada);
  });
});

describe("paying", () => {
  test("sends the card to the gateway only, and shows the order", async () => {
    const bodies: string[] = [];
    server.use(
      http.post("*/api/v1/checkout", async ({ request }) => {
        bodies.push(await request.text());
        return HttpResponse.json(captured, { status: 201 });
      }),
    );
    const { person, router } = await fillCard();
    await person.click(pay());
    await waitFor(() => expect(router.state.location.pathname).toBe("/orders/ord_1"));
    expect(bodies).toHaveLength(1);
    expect(bodies[0]).toContain("tok_1");
    expect(bodies[0]).not.toContain("4242");
    expect(JSON.parse(bodies[0] ?? "")).toMatchObject({
      expected_total: euros(12900),
      address: { country: "DE" },
    });
  });

  test("says at the card's number that the bank declined, and the next try is another one", async () => {
    const keys: (string | null)[] = [];
    server.use(
      http.post("*/api/v1/checkout", ({ request }) => {
        keys.push(request.headers.get("idempotency-key"));
        return refusal(402, "payments.declined", {
          reason: "insufficient_funds",
          detail: "Said by the server",
        });
      }),
    );
    const { person } = await fillCard();
    await person.click(pay());
    expect(
      await screen.findByText("Your bank declined: not enough funds. Nothing was charged. Try another card."),
    ).toBeVisible();
    expect(screen.getByLabelText("Card number")).toBeInvalid();
    expect(screen.getByLabelText("Card number")).toHaveValue("4242 4242 4242 4242");
    await person.click(pay());
    await waitFor(() => expect(keys).toHaveLength(2));
    expect(keys[0]).not.toBe(keys[1]);
  });

  test("that was not answered is tried again under the same key", async () => {
    const keys: (string | null)[] = [];
    server.use(
      http.post("*/api/v1/checkout", ({ request }) => {
        keys.push(request.headers.get("idempotency-key"));
        return keys.length === 1 ? HttpResponse.error() : HttpResponse.json(captured, { status: 201 });
      }),
    );
    const { person, router } = await fillCard();
    await person.click(pay());
    await person.click(await screen.findByRole("button", { name: "Try again" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/orders/ord_1"));
    expect(keys[0]).toBe(keys[1]);
  });

  test("a changed total must be accepted first", async () => {
    const totals: unknown[] = [];
    server.use(
      http.post("*/api/v1/checkout", async ({ request }) => {
        const body = (await request.json()) as { expected_total: unknown };
        totals.push(body.expected_total);
        return totals.length === 1
          ? refusal(409, "pricing.price_changed", { expected: euros(12900), actual: euros(13900) })
          : HttpResponse.json(captured, { status: 201 });
      }),
    );
    const { person, router } = await fillCard();
    await person.click(pay());
    expect(await screen.findByText(/It was €129.00 and is now €139.00/)).toBeVisible();
    await person.click(screen.getByRole("button", { name: "Accept €139.00" }));
    await person.click(screen.getByRole("button", { name: "Pay €139.00" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/orders/ord_1"));
    expect(totals).toEqual([euros(12900), euros(13900)]);
  });

  test("a card that was kept pays without its number, and a new one can be kept", async () => {
    const payments: unknown[] = [];
    const account = { id: "acc_1", name: "Ada", email: "ada@example.com" };
    const kept = { id: "pm_1", brand: "Visa", last4: "1881", exp_month: 4, exp_year: 2034, is_default: true };
    server.use(
      http.get("*/api/v1/auth/me", () =>
        HttpResponse.json({ account, roles: [], sellers: [], tenant: null }),
      ),
      http.get("*/api/v1/account/payment-methods", () => HttpResponse.json({ data: [kept] })),
      http.post("*/api/v1/checkout", async ({ request }) => {
        payments.push(((await request.json()) as { payment: unknown }).payment);
        return payments.length === 1
          ? refusal(402, "payments.declined", { detail: "Your bank declined." })
          : HttpResponse.json(captured, { status: 201 });
      }),
    );
    const { person, router } = showRoutes(routes, "/checkout/payment");
    expect(await screen.findByRole("radio", { name: /Visa •••• 1881/ })).toBeChecked();
    await person.click(await screen.findByRole("button", { name: /Pay €129.00/ }));
    expect(await screen.findByRole("alert")).toHaveTextContent("Your bank declined.");
    await person.click(screen.getByRole("radio", { name: /Another card/ }));
    await person.type(screen.getByLabelText("Card number"), "4242424242424242");
    await person.type(screen.getByLabelText("Expiry"), "1230");
    await person.type(screen.getByLabelText("Security code"), "123");
    await person.click(screen.getByRole("checkbox", { name: "Keep this card for next time" }));
    await person.click(pay());
    await waitFor(() => expect(router.state.location.pathname).toBe("/orders/ord_1"));
    expect(payments).toEqual([{ payment_method_id: "pm_1" }, { token: "tok_1", save: true }]);
  });

  test("an order is placed on invoice with the buyer’s own number, and no card is asked for", async () => {
    const sent: unknown[] = [];
    server.use(
      http.get("*/api/v1/checkout/methods", () =>
        HttpResponse.json({
          data: [
            { method: "cash_on_delivery", at_most: euros(100), days: null },
            { method: "invoice", at_most: euros(50000), days: 30 },
          ],
        }),
      ),
      http.post("*/api/v1/checkout", async ({ request }) => {
        sent.push(await request.json());
        return HttpResponse.json(
          { order, payment: { ...captured.payment, state: "awaited" } },
          { status: 201 },
        );
      }),
    );
    const { person, router } = showRoutes(routes, "/checkout/payment");
    await person.click(await screen.findByRole("radio", { name: /On invoice/ }));
    expect(screen.queryByRole("radio", { name: /Cash on delivery/ })).toBeNull();
    await person.type(screen.getByLabelText(/Your order number/), "PO-4711");
    await person.click(screen.getByRole("button", { name: /^Place/ }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/orders/ord_1"));
    expect(router.state.location.search).toBe("?thanks=1");
    expect(sent).toEqual([expect.objectContaining({ method: "invoice", purchase_order: "PO-4711" })]);
    expect(sent[0]).not.toHaveProperty("payment");
  });

  test("money that is held until goods leave is as good as paid", async () => {
    server.use(
      http.post("*/api/v1/checkout", () =>
        HttpResponse.json({ order, payment: { ...captured.payment, state: "authorised" } }, { status: 201 }),
      ),
    );
    const { person, router } = await fillCard();
    await person.click(pay());
    await waitFor(() => expect(router.state.location.pathname).toBe("/orders/ord_1"));
    expect(router.state.location.search).toBe("?thanks=1");
  });

  test("goes by way of the bank when the bank asks", async () => {
    server.use(
      http.post("*/api/v1/checkout", () =>
        HttpResponse.json(
          {
            order,
            payment: {
              state: "action_required",
              intent_id: "pi_1",
              challenge_url: "/sandbox/challenge/ch_1",
            },
          },
          { status: 202 },
        ),
      ),
    );
    const { person, router } = await fillCard();
    await person.click(pay());
    await waitFor(() => expect(router.state.location.pathname).toBe("/sandbox/challenge/ch_1"));
    expect(new URLSearchParams(router.state.location.search).get("back")).toBe(
      "/checkout/confirm/pi_1?order=ord_1",
    );
  });
});

test("a card is written as it stands on the card", () => {
  expect(spaced("4242424242424242")).toBe("4242 4242 4242 4242");
  expect(slashed("1128")).toBe("11 / 28");
  expect(expiryOf("11 / 28")).toEqual({ month: 11, year: 2028 });
  expect(expiryOf("13 / 28")).toBeUndefined();
  expect(isCardNumber("4242424242424242")).toBe(true);
  expect(isCardNumber("4242424242424241")).toBe(false);
});

describe("store credit", () => {
  const bodies: Record<string, unknown>[] = [];
  beforeEach(() => {
    bodies.length = 0;
    server.use(
      http.get("*/api/v1/auth/me", () =>
        HttpResponse.json({
          account: { id: "acc_1", name: "Ada", email: ada.email },
          roles: [],
          sellers: [],
          tenant: null,
        }),
      ),
      http.get("*/api/v1/account/payment-methods", () => HttpResponse.json({ data: [] })),
      http.post("*/api/v1/checkout", async ({ request }) => {
        bodies.push((await request.json()) as Record<string, unknown>);
        return HttpResponse.json(captured, { status: 201 });
      }),
    );
  });
  const has = (amount: number) =>
    server.use(
      http.get("*/api/v1/account/credit", () =>
        HttpResponse.json({ balance: euros(amount), held: euros(0), free: euros(amount), history: [] }),
      ),
    );

  test("pays its part, and the card the rest", async () => {
    has(2900);
    const { person, router } = await fillCard();
    await person.click(await screen.findByRole("checkbox", { name: /Use my store credit/ }));
    expect(screen.getByText("€100.00 by card")).toBeVisible();
    await person.click(screen.getByRole("button", { name: "Pay €100.00" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/orders/ord_1"));
    expect(bodies[0]).toMatchObject({
      credit: euros(2900),
      payment: { token: "tok_1" },
      expected_total: euros(12900),
    });
  });

  test("more than there is cannot be used", async () => {
    has(2900);
    const { person } = await fillCard();
    await person.click(await screen.findByRole("checkbox", { name: /Use my store credit/ }));
    const amount = screen.getByLabelText("How much");
    await person.clear(amount);
    await person.type(amount, "30");
    expect(await screen.findByText("Write an amount up to €29.00.")).toBeVisible();
    await person.click(pay());
    expect(bodies).toEqual([]);
  });

  test("that pays all of it needs no card", async () => {
    has(20000);
    const { person, router } = showRoutes(routes, "/checkout/payment");
    await person.click(await screen.findByRole("checkbox", { name: /Use my store credit/ }));
    expect(screen.queryByLabelText("Card number")).toBeNull();
    await person.click(screen.getByRole("button", { name: "Place the order" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/orders/ord_1"));
    expect(bodies[0]).toMatchObject({ credit: euros(12900) });
    expect(bodies[0]).not.toHaveProperty("payment");
  });
});
