import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { TransfersPage } from "./TransfersPage";

const transfer = {
  id: "trf_01KAB3Z8Q4RST",
  tenant: { slug: "nordmarkt", name: "Nordmarkt" },
  about: "rfd_01KAB3Z8Q4RST",
  order_id: "ord_01KAB3Z8Q4RST",
  amount: { amount: 2_140, currency: "EUR" },
  asked_at: "2026-04-17T10:00:00Z",
  state: "to_make",
  payee: null,
  approval_id: null,
  bank_ref: "",
  sent_on: null,
  reason: "",
  needs_second_person: false,
};
const ada = { holder: "Ada Lovelace", iban: "DE89370400440532013000" };

beforeEach(async () => {
  await loadWords("transfers", "ledger");
  server.use(
    http.get("*/api/v1/marketplaces", () => HttpResponse.json({ data: [] })),
    http.get("*/api/v1/finance/transfers", () =>
      HttpResponse.json({ data: [transfer], next_cursor: null, has_more: false }),
    ),
  );
});

test("a transfer learns where it goes, and then that the bank has sent it", async () => {
  const sent: unknown[] = [];
  server.use(
    http.put(`*/api/v1/finance/transfers/${transfer.id}/payee`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ ...transfer, payee: ada });
    }),
    http.post(`*/api/v1/finance/transfers/${transfer.id}/sent`, async ({ request }) => {
      sent.push(await request.json(), Boolean(request.headers.get("idempotency-key")));
      return HttpResponse.json({
        ...transfer,
        payee: ada,
        state: "sent",
        bank_ref: "T-1",
        sent_on: "2026-04-20",
      });
    }),
  );
  const { person } = showRoutes(
    [{ path: "/finance/transfers", element: <TransfersPage /> }],
    "/finance/transfers",
  );
  expect(await screen.findByText("Not known yet")).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Send" }));
  const drawer = await screen.findByRole("dialog", { name: "Transfer of €21.40" });
  expect(within(drawer).queryByText("The bank has sent it")).toBeNull();
  await person.type(within(drawer).getByLabelText("Account holder"), "Ada Lovelace");
  await person.type(within(drawer).getByLabelText("IBAN"), "DE89 3704 0044 0532 0130 00");
  await person.click(within(drawer).getByRole("button", { name: "Keep it" }));
  expect(await within(drawer).findByText("The bank has sent it")).toBeVisible();
  await person.type(within(drawer).getByLabelText("The bank’s reference"), "T-1");
  await person.type(within(drawer).getByLabelText("Day"), "2026-04-20");
  await person.click(within(drawer).getByRole("button", { name: "Transferred" }));
  expect(await screen.findByText("It stands in the books as sent")).toBeVisible();
  expect(sent).toEqual([
    { holder: "Ada Lovelace", iban: "DE89 3704 0044 0532 0130 00" },
    { bank_ref: "T-1", sent_on: "2026-04-20" },
    true,
  ]);
});

test("an IBAN that is none is refused in its form", async () => {
  server.use(
    http.put(`*/api/v1/finance/transfers/${transfer.id}/payee`, () =>
      HttpResponse.json(
        { status: 422, code: "transfers.bad_iban", detail: "This is no IBAN." },
        { status: 422 },
      ),
    ),
  );
  const { person } = showRoutes(
    [{ path: "/finance/transfers", element: <TransfersPage /> }],
    "/finance/transfers",
  );
  await person.click(await screen.findByRole("button", { name: "Send" }));
  await person.type(screen.getByLabelText("Account holder"), "Ada Lovelace");
  await person.type(screen.getByLabelText("IBAN"), "DE89 3704 0044 0532 0130 01");
  await person.click(screen.getByRole("button", { name: "Keep it" }));
  expect(await screen.findByText("This is no IBAN.")).toBeVisible();
  expect(screen.getByLabelText("IBAN")).toHaveValue("DE89 3704 0044 0532 0130 01");
});
