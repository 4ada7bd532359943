import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { server } from "@/testing/server";
import { showRoutes } from "@/testing/render";
import { TrailPage } from "./TrailPage";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const clearing = { code: "1010", name: "Gateway clearing", sub_label: "" };
const escrow = { code: "2010:sel_1", name: "Escrow", sub_label: "Nordlauf" };
const payable = { code: "2020:sel_1", name: "Seller payable", sub_label: "Nordlauf" };

const aTrail = {
  order_id: "ord_1",
  placed_at: "2026-11-16T10:04:11Z",
  tenant: { slug: "nordmarkt", name: "Nordmarkt" },
  sellers: ["Nordlauf"],
  payment: { method: "card", brand: "visa", last4: "4242", card: euros(0), credit: euros(0) },
  state: "shipped",
  currency: "EUR",
  steps: [
    {
      journal_id: "jrn_1",
      kind: "capture",
      refund: null,
      release: null,
      reason: "",
      at: "2026-11-16T10:04:11Z",
      expected: false,
      postings: [{ debit: clearing, credit: escrow, amount: euros(10800) }],
    },
    {
      journal_id: null,
      kind: "release",
      refund: null,
      release: {
        seller: "Nordlauf",
        commission: euros(800),
        rate_bps: 1000,
        fixed: euros(0),
        base: euros(8000),
        reserve_bps: 1000,
        waits_for: "days",
        escrow_days: 14,
      },
      reason: "",
      at: null,
      expected: true,
      postings: [{ debit: escrow, credit: payable, amount: euros(10000) }],
    },
  ],
  where: {
    nodes: [
      { id: "buyer", name: "", amount: euros(10800), kind: "buyer" },
      { id: "escrow", name: "", amount: euros(10800), kind: "escrow" },
      { id: "seller:sel_1", name: "Nordlauf", amount: euros(10000), kind: "seller" },
    ],
    links: [
      { from: "buyer", to: "escrow", amount: euros(10800), kind: "done" },
      { from: "escrow", to: "seller:sel_1", amount: euros(10000), kind: "expected" },
    ],
  },
  totals: {
    authorised: euros(0),
    awaited: euros(0),
    charged: euros(10800),
    refunded: euros(0),
    held: euros(10800),
    seller_gets: euros(10000),
    reserve: euros(0),
    keeps: euros(800),
    fee: euros(365),
  },
  balanced: true,
  postings: 1,
};

beforeEach(() => loadWords("trails", "ledger"));

test("tells each step with its postings, what is still to come, and proves the books on request", async () => {
  const asked: string[] = [];
  server.use(
    http.get("*/api/v1/finance/trails/ord_1", () => HttpResponse.json(aTrail)),
    http.post("*/api/v1/finance/verify", ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("tenant") ?? "");
      return HttpResponse.json({ clean: true, checks: [], took_ms: 12, at: new Date().toISOString() });
    }),
  );
  const { person } = showRoutes(
    [{ path: "/finance/trails/:orderId", element: <TrailPage /> }],
    "/finance/trails/ord_1",
  );
  expect(await screen.findByRole("heading", { name: "Order of 16 November" })).toBeInTheDocument();
  const [captured, released] = screen.getAllByRole("listitem");
  const [, posting] = captured ? within(captured).getAllByRole("row") : [];
  expect(posting).toHaveTextContent("1010 Gateway clearing2010 Escrow · Nordlauf108.00");
  expect(captured).toHaveTextContent("Nordmarkt took €108.00 from the buyer");
  expect(released).toHaveTextContent("After delivery");
  expect(screen.getByRole("cell", { name: "Buyer paid" })).toBeInTheDocument();
  expect(released).toHaveTextContent("14 days after delivery · commission 10% of €80.00 · reserve 10%");
  expect(screen.getByText("€8.00 − 3.65 fee")).toBeInTheDocument();

  await person.click(screen.getByRole("button", { name: "Verify now" }));
  expect(await screen.findByText(/^Verified now/)).toBeInTheDocument();
  expect(asked).toEqual(["nordmarkt"]);
});

test("an order that is paid later tells what is awaited, and that it is nobody's money yet", async () => {
  const memo = (code: string) => ({ code, name: "", sub_label: "" });
  const step = { refund: null, release: null, reason: "", journal_id: null, expected: true, at: null };
  server.use(
    http.get("*/api/v1/finance/trails/ord_1", () =>
      HttpResponse.json({
        ...aTrail,
        state: "awaited",
        payment: { method: "cash_on_delivery", brand: "", last4: "", card: euros(0), credit: euros(0) },
        totals: { ...aTrail.totals, awaited: euros(10800), charged: euros(0), held: euros(0), fee: euros(0) },
        steps: [
          {
            ...step,
            journal_id: "jrn_1",
            kind: "awaited",
            at: "2026-11-16T10:04:11Z",
            expected: false,
            postings: [{ debit: memo("9030"), credit: memo("9040"), amount: euros(10800) }],
          },
          { ...step, kind: "capture", postings: [] },
        ],
      }),
    ),
  );
  showRoutes([{ path: "/finance/trails/:orderId", element: <TrailPage /> }], "/finance/trails/ord_1");
  expect(await screen.findByText(/to be paid at the door/)).toBeVisible();
  const [awaited, expected] = screen.getAllByRole("listitem");
  expect(awaited).toHaveTextContent("The courier collects it at the door; a memo, nobody’s money yet");
  expect(awaited).toHaveTextContent("9030 Awaited past the gateway9040 Awaited, counterpart108.00");
  expect(expected).toHaveTextContent("When it comes");
  expect(screen.getByText("Still to come")).toBeVisible();
  expect(screen.getByRole("cell", { name: "Buyer is to pay" })).toBeInTheDocument();
  expect(screen.queryByRole("cell", { name: "Buyer paid" })).not.toBeInTheDocument();
  expect(screen.getByText("Sellers will get")).toBeVisible();
});

test("where no money ever came, none is drawn", async () => {
  server.use(
    http.get("*/api/v1/finance/trails/ord_1", () =>
      HttpResponse.json({ ...aTrail, state: "unpaid", where: { nodes: [], links: [] } }),
    ),
  );
  showRoutes([{ path: "/finance/trails/:orderId", element: <TrailPage /> }], "/finance/trails/ord_1");
  expect(await screen.findByText("Not paid")).toBeVisible();
  expect(screen.queryByText("Where the money is")).not.toBeInTheDocument();
});

test("an order that is not there says so and can be asked for again", async () => {
  let asked = 0;
  server.use(
    http.get("*/api/v1/finance/trails/ord_1", () => {
      asked += 1;
      return asked === 1
        ? HttpResponse.json({ status: 404, detail: "There is no paid order ord_1." }, { status: 404 })
        : HttpResponse.json(aTrail);
    }),
  );
  const { person } = showRoutes(
    [{ path: "/finance/trails/:orderId", element: <TrailPage /> }],
    "/finance/trails/ord_1",
  );
  expect(await screen.findByRole("alert")).toHaveTextContent("There is no paid order ord_1.");
  await person.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Captured")).toBeInTheDocument();
});
