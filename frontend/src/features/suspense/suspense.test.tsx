import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { CasePage } from "./CasePage";
import { DeskPage } from "./DeskPage";

const aRow = {
  id: "sus_01KAB3Z8Q4RST",
  kind: "charge",
  source: "unmatched_charge",
  tenant: { slug: "nordmarkt", name: "Nordmarkt" },
  amount: { amount: 25000, currency: "EUR" },
  since: "2026-11-16T10:04:11Z",
  state: "open",
  settlement: null,
  gateway_ref: "ch_1",
  order_id: null,
};

const aCase = {
  ...aRow,
  gateway: "sandbox",
  gateway_key: "",
  facts: { status: "succeeded" },
  reason: "",
  refusal: "",
  approval_id: null,
  steps: [{ at: "2026-11-16T10:04:11Z", what: "suspense.opened", by: "system", detail: {} }],
  choices: [
    { settlement: "give_back", refusal: null },
    { settlement: "write_off", refusal: "EUR 250.00 is more than may be written off." },
  ],
  needs_second_person: true,
  may_ask: false,
};

const waiting = {
  ...aCase,
  state: "awaiting_second",
  settlement: "give_back",
  reason: "Paid twice",
  approval_id: "apr_01KAB3Z8Q4RST",
  choices: [],
};

const page = (data: unknown[]) => HttpResponse.json({ data, next_cursor: null, has_more: false });

beforeEach(() => loadWords("suspense", "ledger"));

function desk() {
  return showRoutes([{ path: "/finance/suspense", element: <DeskPage /> }], "/finance/suspense");
}

function aPage() {
  return showRoutes(
    [{ path: "/finance/suspense/:caseId", element: <CasePage /> }],
    `/finance/suspense/${aCase.id}`,
  );
}

test("the desk lists what is open, keeps its filter in the address, and says when there is nothing", async () => {
  const asked: string[] = [];
  server.use(
    http.get("*/api/v1/marketplaces", () => HttpResponse.json({ data: [] })),
    http.get("*/api/v1/finance/suspense", ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query.get("kind") ?? "");
      return page(query.get("kind") === "refund" ? [] : [aRow]);
    }),
  );
  const { person, router } = desk();
  const row = await screen.findByRole("link", { name: /Unmatched charge/ });
  expect(row).toHaveAttribute("href", `/finance/suspense/${aRow.id}`);
  expect(screen.getByText("€250.00")).toBeInTheDocument();
  await person.click(screen.getByRole("tab", { name: "Open refunds" }));
  expect(
    await screen.findByText("Nothing fits these filters. Take them off to see everything that is open."),
  ).toBeVisible();
  expect(router.state.location.search).toBe("?kind=refund");
  expect(asked).toEqual(["", "refund"]);
});

test("a list that cannot be loaded says why and is asked for again", async () => {
  let tries = 0;
  server.use(
    http.get("*/api/v1/marketplaces", () => HttpResponse.json({ data: [] })),
    http.get("*/api/v1/finance/suspense", () => {
      tries += 1;
      return tries === 1
        ? HttpResponse.json(
            { status: 403, detail: "Your account may not see the finance console." },
            { status: 403 },
          )
        : page([]);
    }),
  );
  const { person } = desk();
  expect(await screen.findByRole("alert")).toHaveTextContent("Your account may not see the finance console.");
  await person.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("The desk is empty")).toBeVisible();
});

test("a case tells what is known; giving much back asks a second person, with a reason", async () => {
  const sent: unknown[] = [];
  server.use(
    http.get(`*/api/v1/finance/suspense/${aCase.id}`, () => HttpResponse.json(aCase)),
    http.post(`*/api/v1/finance/suspense/${aCase.id}/settle`, async ({ request }) => {
      sent.push(await request.json(), Boolean(request.headers.get("idempotency-key")));
      return HttpResponse.json(waiting);
    }),
  );
  const { person } = aPage();
  expect(await screen.findByRole("heading", { name: "Unmatched charge of €250.00" })).toBeVisible();
  expect(screen.getByRole("listitem")).toHaveTextContent("Booked as nobody’s money");
  expect(screen.getByText("succeeded")).toBeVisible();

  await person.click(screen.getByRole("button", { name: "Settle" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByText("EUR 250.00 is more than may be written off.")).toBeVisible();
  expect(within(dialog).getByRole("radio", { name: /Write it off/ })).toBeDisabled();
  await person.click(within(dialog).getByRole("button", { name: "Ask a second person" }));
  expect(within(dialog).getByText("Say why, in a few words.")).toBeVisible();
  await person.type(within(dialog).getByRole("textbox", { name: "Reason" }), "Paid twice");
  await person.click(within(dialog).getByRole("button", { name: "Ask a second person" }));

  expect(await screen.findByText("A second person must agree")).toBeVisible();
  expect(screen.getByRole("link", { name: "See the request" })).toHaveAttribute(
    "href",
    "/finance/approvals/apr_01KAB3Z8Q4RST",
  );
  expect(screen.queryByRole("button", { name: "Settle" })).not.toBeInTheDocument();
  expect(sent).toEqual([{ settlement: "give_back", reason: "Paid twice" }, true]);
});

test("what the server refuses is said in the dialog, and what was typed stays", async () => {
  server.use(
    http.get(`*/api/v1/finance/suspense/${aCase.id}`, () => HttpResponse.json(aCase)),
    http.post(`*/api/v1/finance/suspense/${aCase.id}/settle`, () =>
      HttpResponse.json(
        { status: 409, code: "suspense.not_open", detail: "The money is settled already." },
        { status: 409 },
      ),
    ),
  );
  const { person } = aPage();
  await person.click(await screen.findByRole("button", { name: "Settle" }));
  await person.type(screen.getByRole("textbox", { name: "Reason" }), "Paid twice");
  await person.click(screen.getByRole("button", { name: "Ask a second person" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The money is settled already.");
  expect(screen.getByRole("textbox", { name: "Reason" })).toHaveValue("Paid twice");
});

test("an unknown payment is asked for now, and the page shows what the gateway said", async () => {
  const unknown = {
    ...aCase,
    id: "pi_01KAB3Z8Q4RST",
    kind: "payment",
    source: "unknown_outcome",
    order_id: "ord_01KAB3Z8Q4RST",
    choices: [],
    facts: {},
    may_ask: true,
    steps: [{ at: "2026-11-16T10:04:11Z", what: "payment.unknown", by: "", detail: { reason: "unheard" } }],
  };
  server.use(
    http.get("*/api/v1/finance/suspense/pi_01KAB3Z8Q4RST", () => HttpResponse.json(unknown)),
    http.post("*/api/v1/finance/suspense/pi_01KAB3Z8Q4RST/ask", () =>
      HttpResponse.json({ ...unknown, state: "settled", may_ask: false }),
    ),
  );
  const { person } = showRoutes(
    [{ path: "/finance/suspense/:caseId", element: <CasePage /> }],
    "/finance/suspense/pi_01KAB3Z8Q4RST",
  );
  await person.click(await screen.findByRole("button", { name: "Ask the gateway now" }));
  expect(await screen.findByText("The gateway has answered")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Ask the gateway now" })).not.toBeInTheDocument();
});

test("money that is kept for an order is let go for a reason", async () => {
  const sent: unknown[] = [];
  const kept = { ...aCase, state: "kept", settlement: "take", order_id: "ord_01KAB3Z8Q4RST", choices: [] };
  server.use(
    http.get(`*/api/v1/finance/suspense/${aCase.id}`, () => HttpResponse.json(kept)),
    http.post(`*/api/v1/finance/suspense/${aCase.id}/let-go`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(aCase);
    }),
  );
  const { person } = aPage();
  await person.click(await screen.findByRole("button", { name: "Let it go" }));
  const dialog = await screen.findByRole("dialog", { name: "Let €250.00 go?" });
  await person.click(within(dialog).getByRole("button", { name: "Let it go" }));
  expect(await within(dialog).findByText("Write why, in at most 200 letters.")).toBeVisible();
  expect(sent).toEqual([]);
  await person.type(within(dialog).getByLabelText("Why"), "It was meant for another order");
  await person.click(within(dialog).getByRole("button", { name: "Let it go" }));
  expect(await screen.findByText("It is nobody’s again")).toBeVisible();
  expect(sent).toEqual([{ reason: "It was meant for another order" }]);
});
