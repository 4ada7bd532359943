import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { DisputePage } from "./DisputePage";
import { DisputesPage } from "./DisputesPage";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const aDispute = {
  id: "dp_1",
  tenant: { slug: "nordmarkt", name: "Nordmarkt" },
  order_id: "ord_1",
  state: "open",
  reason: "fraudulent",
  amount: euros(6420),
  taken: euros(6420),
  fee: euros(1500),
  opened_at: "2026-11-16T10:04:11Z",
  answer_by: "2026-11-23T10:04:11Z",
  ended_at: null,
  gateway: "stripe",
  gateway_ref: "dp_theirs",
};
const aShare = {
  seller_order_id: "sor_1",
  seller: "Lumen & Oak",
  amount: euros(6420),
  held: euros(4400),
  in_escrow: false,
  commission_back: euros(0),
  owed: euros(0),
};
const opened = {
  id: "jrn_1",
  kind: "dispute_opened",
  tenant: aDispute.tenant,
  recorded_at: "2026-11-16T10:05:00Z",
  effective_at: "2026-11-16T10:05:00Z",
  total: euros(12320),
  about: {},
  postings: [],
  sealed: true,
};

beforeEach(async () => {
  await loadWords("disputes", "ledger");
  server.use(http.get("*/api/v1/marketplaces", () => HttpResponse.json({ data: [] })));
});

test("disputes are listed with why, how much and how they stand, and asked for by state", async () => {
  const asked: string[] = [];
  server.use(
    http.get("*/api/v1/finance/disputes", ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("state") ?? "");
      return HttpResponse.json({ data: [aDispute], next_cursor: null, has_more: false });
    }),
  );
  const { person } = showRoutes(
    [{ path: "/finance/disputes", element: <DisputesPage /> }],
    "/finance/disputes",
  );
  await screen.findByRole("link", { name: /Not made by the card’s owner/ });
  const [, row] = screen.getAllByRole("row");
  expect(row).toHaveTextContent("€64.20");
  expect(row).toHaveTextContent("Open");
  await person.click(screen.getByRole("tab", { name: "Lost" }));
  await expect.poll(() => asked.at(-1)).toBe("lost");
});

test("a dispute tells what it moved, on whom it falls and until when to answer", async () => {
  server.use(
    http.get("*/api/v1/finance/disputes/dp_1", () =>
      HttpResponse.json({ ...aDispute, suspended: euros(0), shares: [aShare], journals: [opened] }),
    ),
  );
  showRoutes([{ path: "/finance/disputes/:disputeId", element: <DisputePage /> }], "/finance/disputes/dp_1");
  await screen.findByRole("heading", { name: /Dispute of €64.20/ });
  expect(screen.getByText("Disputed")).toBeVisible();
  expect(screen.getByText("Evidence can be given until then")).toBeVisible();
  expect(screen.getByRole("link", { name: "Money trail" })).toHaveAttribute("href", "/finance/trails/ord_1");
  expect(screen.getByText("Lumen & Oak")).toBeVisible();
  expect(screen.getByText("€44.00")).toBeVisible();
  expect(screen.queryByText("Falls on nobody")).not.toBeInTheDocument();
});

test("while a bank only asks, the page says that nothing was taken", async () => {
  server.use(
    http.get("*/api/v1/finance/disputes/dp_1", () =>
      HttpResponse.json({ ...aDispute, taken: euros(0), suspended: euros(0), shares: [], journals: [] }),
    ),
  );
  showRoutes([{ path: "/finance/disputes/:disputeId", element: <DisputePage /> }], "/finance/disputes/dp_1");
  expect(await screen.findByText("Nothing was taken.")).toBeVisible();
});
