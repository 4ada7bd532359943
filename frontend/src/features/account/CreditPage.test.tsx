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

beforeEach(() => loadWords("account"));

test("what can be spent is told first, and then what came and went", async () => {
  has({
    balance: euros(5000),
    held: euros(2000),
    free: euros(3000),
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
  has({ balance: euros(0), held: euros(0), free: euros(0), history: [] });
  show(<CreditPage />);
  expect(
    await screen.findByText("When you return something you can take its worth as credit."),
  ).toBeVisible();
});
