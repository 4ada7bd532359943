import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { Disputes } from "./Disputes";

const euros = (amount: number) => ({ amount, currency: "EUR" });

beforeEach(() => loadWords("sellerMoney", "ledger"));

test("a seller sees what is held, why, and what is owed", async () => {
  const one = {
    id: "dp_1",
    tenant: { slug: "nordmarkt", name: "Nordmarkt" },
    seller_order_id: "sor_1",
    state: "open",
    reason: "fraudulent",
    amount: euros(6420),
    held: euros(4400),
    owed: euros(0),
    opened_at: "2026-11-16T10:04:11Z",
    ended_at: null,
  };
  const lostOne = { ...one, id: "dp_2", state: "lost", held: euros(0), owed: euros(1000) };
  server.use(
    http.get("*/api/v1/seller/sel_1/disputes", () => HttpResponse.json({ disputes: [one, lostOne] })),
  );
  showRoutes([{ path: "/money", element: <Disputes sellerId="sel_1" /> }], "/money");
  const [held, lost] = await screen.findAllByRole("listitem");
  expect(within(held as HTMLElement).getByText("€44.00 held")).toBeVisible();
  expect(within(held as HTMLElement).getByText(/Not made by the card’s owner/)).toBeVisible();
  expect(within(lost as HTMLElement).getByText("€10.00 owed")).toBeVisible();
  expect(within(lost as HTMLElement).getByText("Lost")).toBeVisible();
});

test("a seller without disputes sees nothing of them", async () => {
  server.use(http.get("*/api/v1/seller/sel_1/disputes", () => HttpResponse.json({ disputes: [] })));
  const asked = new Promise((done) => server.events.on("response:mocked", done));
  showRoutes([{ path: "/money", element: <Disputes sellerId="sel_1" /> }], "/money");
  await asked;
  expect(screen.queryByText("Disputes")).not.toBeInTheDocument();
});
