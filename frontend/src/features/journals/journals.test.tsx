import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { JournalPage } from "./JournalPage";
import { JournalsPage } from "./JournalsPage";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const clearing = { id: "lac_1", code: "1010", name: "Gateway clearing", sub_label: "" };
const escrow = { id: "lac_2", code: "2010:sel_1", name: "Escrow", sub_label: "Nordlauf" };

const aCapture = {
  id: "jrn_1",
  kind: "capture",
  key: "capture:pi_1",
  tenant: { slug: "nordmarkt", name: "Nordmarkt" },
  recorded_at: "2026-11-16T10:04:11Z",
  effective_at: "2026-11-16T10:04:11Z",
  total: euros(10800),
  legs: [{ debit: clearing, credit: escrow, amount: euros(10800) }],
  about: { order: "ord_1", intent: "pi_1" },
  sealed: true,
};
const whole = {
  ...aCapture,
  actor: { ref: "system", name: "" },
  reverses: null,
  reversed_by: null,
  epoch: 7,
  block: {
    n: 7,
    hash: "ab".repeat(32),
    sealed_at: "2026-11-16T10:04:12Z",
    journals: 3,
    key_id: "44b0d2f93e738869",
    anchored: "anchored",
  },
};
const page = (data: unknown[], rest = {}) =>
  HttpResponse.json({ data, next_cursor: null, has_more: false, looked_back_to: null, ...rest });

beforeEach(async () => {
  await loadWords("journals", "ledger");
  server.use(
    http.get("*/api/v1/marketplaces", () =>
      HttpResponse.json({ data: [{ slug: "nordmarkt", name: "Nordmarkt", currency: "EUR" }] }),
    ),
  );
});

test("what is filtered stands in the address and is asked of the server, amounts in minor units", async () => {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get("*/api/v1/finance/journals", ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return page([aCapture]);
    }),
  );
  const { person, router } = showRoutes(
    [{ path: "/finance/journals", element: <JournalsPage /> }],
    "/finance/journals?kind=capture&marketplace=nordmarkt",
  );
  const row = (await screen.findByRole("link", { name: /Captured/ })).closest("tr");
  expect(row).toHaveTextContent("Captured");
  expect(row).toHaveTextContent("ord_1");
  expect(within(row as HTMLElement).getByRole("img", { name: "Sealed" })).toBeInTheDocument();

  await person.click(screen.getByRole("button", { name: "More filters" }));
  await person.type(screen.getByLabelText("Account"), "2010");
  await person.type(screen.getByLabelText("Amount from"), "98.50");
  await screen.findByDisplayValue("98.50");
  expect(router.state.location.search).toContain("least=9850");
  await expect
    .poll(() => Object.fromEntries(asked.at(-1) ?? []))
    .toMatchObject({
      kind: "capture",
      tenant: "nordmarkt",
      account: "2010",
      amount_from: "9850",
      currency: "EUR",
    });
});

test("a search that stopped says how far it came and goes on from there", async () => {
  server.use(
    http.get("*/api/v1/finance/journals", ({ request }) =>
      new URL(request.url).searchParams.get("cursor")
        ? page([aCapture])
        : page([], { next_cursor: "on", has_more: true, looked_back_to: "2026-11-03T10:00:00Z" }),
    ),
  );
  const { person } = showRoutes(
    [{ path: "/finance/journals", element: <JournalsPage /> }],
    "/finance/journals?kind=capture",
  );
  expect(await screen.findByRole("heading", { name: "Nothing back to 3 Nov 2026" })).toBeInTheDocument();
  await person.click(screen.getByRole("button", { name: "Look further back" }));
  expect(await screen.findByRole("link", { name: /Captured/ })).toBeInTheDocument();
});

test("a journal shows its postings, its block, its proof and the whole order", async () => {
  server.use(
    http.get("*/api/v1/finance/journals/jrn_1", () => HttpResponse.json({ ...whole, reversed_by: "jrn_2" })),
    http.get("*/api/v1/finance/journals", () =>
      page([{ ...aCapture, id: "jrn_3", kind: "refund" }, aCapture]),
    ),
    http.get("*/api/v1/finance/trails/ord_1", () => HttpResponse.json({}, { status: 404 })),
  );
  showRoutes([{ path: "/finance/journals/:journalId", element: <JournalPage /> }], "/finance/journals/jrn_1");
  expect(await screen.findByRole("heading", { level: 1, name: "Captured" })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "2010 Escrow · Nordlauf" })).toHaveAttribute(
    "href",
    "/finance/accounts/lac_2",
  );
  expect(screen.getByRole("table", { name: "Money from account to account" })).toHaveTextContent(
    "Gateway clearingEscrow · Nordlauf108.00",
  );
  expect(screen.getByRole("heading", { name: "Block 7" })).toBeInTheDocument();
  expect(screen.getByRole("link", { name: "Download proof" })).toHaveAttribute(
    "href",
    "/api/v1/finance/journals/jrn_1/proof",
  );
  expect(screen.getByText("This was undone by another journal.")).toBeInTheDocument();
  const order = await screen.findByRole("list", { name: "The whole order" });
  expect(await within(order).findByRole("link", { name: "Refund requested" })).toHaveAttribute(
    "href",
    "/finance/journals/jrn_3",
  );
});

test("a journal that waits for its block says so and offers no proof", async () => {
  server.use(
    http.get("*/api/v1/finance/journals/jrn_1", () =>
      HttpResponse.json({ ...whole, about: {}, sealed: false, block: null }),
    ),
  );
  showRoutes([{ path: "/finance/journals/:journalId", element: <JournalPage /> }], "/finance/journals/jrn_1");
  expect(await screen.findByRole("heading", { name: "Waits for its block" })).toBeInTheDocument();
  expect(screen.queryByRole("link", { name: "Download proof" })).not.toBeInTheDocument();
});
