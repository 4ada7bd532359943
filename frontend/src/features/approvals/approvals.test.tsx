import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { ApprovalsPage } from "./ApprovalsPage";

const one = {
  id: "apr_01KAB3Z8Q4RST",
  tenant: { slug: "nordmarkt", name: "Nordmarkt" },
  action: "suspense.settle",
  subject: "sus_01KAB3Z8Q4RST",
  payload: { settlement: "give_back", reason: "Paid twice" },
  amount: { amount: 25000, currency: "EUR" },
  fingerprint: "ab".repeat(32),
  requested_by: { name: "Ada", me: false },
  requested_at: "2026-11-16T10:04:11Z",
  expires_at: "2026-11-19T10:04:11Z",
  state: "requested",
  decided_by: null,
  decided_at: null,
  reason: "",
};

const page = (data: unknown[]) => HttpResponse.json({ data, next_cursor: null, has_more: false });

beforeEach(() => loadWords("approvals"));

const inbox = () =>
  showRoutes([{ path: "/finance/approvals", element: <ApprovalsPage /> }], "/finance/approvals");

test("the inbox says what will happen, by whom and until when; agreeing sends what was shown", async () => {
  const sent: unknown[] = [];
  let waits = true;
  server.use(
    http.get("*/api/v1/finance/approvals", () => page(waits ? [one] : [])),
    http.post(`*/api/v1/finance/approvals/${one.id}/approve`, async ({ request }) => {
      sent.push(await request.json(), Boolean(request.headers.get("idempotency-key")));
      waits = false;
      return HttpResponse.json({ ...one, state: "done" });
    }),
  );
  const { person } = inbox();
  const card = await screen.findByRole("article");
  expect(
    within(card).getByRole("heading", { name: "Give €250.00 back to the card it came from" }),
  ).toBeVisible();
  expect(card).toHaveTextContent("Paid twice");
  expect(card).toHaveTextContent(/asked by Ada/);
  expect(card).toHaveTextContent(/until/);
  await person.click(within(card).getByRole("button", { name: "Approve" }));
  const dialog = await screen.findByRole("dialog");
  expect(dialog).toHaveTextContent("Give €250.00 back to the card it came from");
  await person.click(within(dialog).getByRole("button", { name: "Approve" }));
  expect(await screen.findByText("Approved and done")).toBeVisible();
  expect(await screen.findByText("Nothing waits for you")).toBeVisible();
  expect(sent).toEqual([{ fingerprint: one.fingerprint }, true]);
});

test("saying no needs a reason, and a refusal of the server is shown", async () => {
  server.use(
    http.get("*/api/v1/finance/approvals", () => page([one])),
    http.post(`*/api/v1/finance/approvals/${one.id}/reject`, () =>
      HttpResponse.json(
        { status: 409, code: "approvals.expired", detail: "It is too late." },
        { status: 409 },
      ),
    ),
  );
  const { person } = inbox();
  await person.click(await screen.findByRole("button", { name: "Reject" }));
  const dialog = await screen.findByRole("dialog");
  await person.click(within(dialog).getByRole("button", { name: "Reject" }));
  expect(within(dialog).getByText("Say why, in a few words.")).toBeVisible();
  await person.type(within(dialog).getByRole("textbox", { name: "Reason" }), "Ask the buyer first");
  await person.click(within(dialog).getByRole("button", { name: "Reject" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("It is too late.");
});

test("who asked can only withdraw", async () => {
  server.use(
    http.get("*/api/v1/finance/approvals", () => page([{ ...one, requested_by: { name: "Ada", me: true } }])),
  );
  inbox();
  const card = await screen.findByRole("article");
  expect(within(card).getByRole("button", { name: "Withdraw" })).toBeVisible();
  expect(within(card).queryByRole("button", { name: "Approve" })).not.toBeInTheDocument();
  expect(within(card).getByText("Somebody else must agree to what you asked for.")).toBeVisible();
});
