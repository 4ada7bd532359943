import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { show } from "@/testing/render";
import { server } from "@/testing/server";
import { CreditPage } from "./CreditPage";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const has = (credit: object) =>
  server.use(http.get("*/api/v1/account/credit", () => HttpResponse.json(credit)));

beforeEach(async () => {
  await loadWords("account");
  server.use(http.get("*/api/v1/storefront", () => HttpResponse.json({ shown_in: "EUR" })));
});

test("what can be spent is told first, and then what came and went", async () => {
  has({
    balance: euros(5000),
    held: euros(2000),
    free: euros(3000),
    others: [],
    history: [
      { at: "2026-11-20T10:00:00Z", kind: "spent", amount: euros(-1500), order_id: "ord_1" },
      { at: "2026-11-19T10:00:00Z", kind: "goodwill", amount: euros(6500), order_id: null },
    ],
  });
  show(<CreditPage />);
  expect(await screen.findByText("€30.00")).toBeVisible();
  expect(screen.getByText("€20.00 more is kept for an order that is not paid yet.")).toBeVisible();
  const [spent, given] = screen.getAllByRole("listitem");
  expect(spent).toHaveTextContent(/Paid for an order.*− €15.00/);
  expect(screen.getByRole("link", { name: "Paid for an order" })).toHaveAttribute("href", "/orders/ord_1");
  expect(given).toHaveTextContent(/A gift of the marketplace.*\+ €65.00/);
});

test("without credit it says how one comes by it", async () => {
  has({ balance: euros(0), held: euros(0), free: euros(0), history: [], others: [] });
  show(<CreditPage />);
  expect(
    await screen.findByText("When you return something you can take its worth as credit."),
  ).toBeVisible();
});

test("credit of two currencies is shown by itself in each, and never added", async () => {
  const kroner = (amount: number) => ({ amount, currency: "DKK" });
  const inEuros = {
    balance: euros(5000),
    held: euros(0),
    free: euros(5000),
    history: [],
    others: [kroner(10_000)],
  };
  const gift = { at: "2026-11-19T10:00:00Z", kind: "goodwill", amount: kroner(10_000), order_id: null };
  const inKroner = {
    balance: kroner(10_000),
    held: kroner(0),
    free: kroner(10_000),
    history: [gift],
    others: [euros(5000)],
  };
  server.use(
    http.get("*/api/v1/account/credit", ({ request }) =>
      HttpResponse.json(new URL(request.url).searchParams.get("currency") === "DKK" ? inKroner : inEuros),
    ),
  );
  const { person } = show(<CreditPage />);
  expect(await screen.findByRole("tab", { name: "€50.00" })).toHaveAttribute("aria-selected", "true");
  await person.click(screen.getByRole("tab", { name: /kr\s100.00/ }));
  expect(await screen.findByText(/\+ kr\s100.00/)).toBeVisible();
  expect(screen.getByRole("tab", { name: "€50.00" })).toHaveAttribute("aria-selected", "false");
});
