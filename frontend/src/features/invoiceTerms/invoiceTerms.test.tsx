import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { show } from "@/testing/render";
import { server } from "@/testing/server";
import { InvoiceTermsPage } from "./InvoiceTermsPage";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const ada = {
  account_id: "acc_1",
  name: "Ada",
  email: "ada@example.com",
  tenant: "nordmarkt",
  limit: euros(50_000),
  owed: euros(11_556),
  left: euros(38_444),
};
let now = ada;
let sent: unknown[] = [];

beforeEach(async () => {
  await loadWords("invoiceTerms", "ledger");
  now = ada;
  sent = [];
  server.use(
    http.get("*/api/v1/marketplaces", () =>
      HttpResponse.json({
        data: [
          {
            slug: "nordmarkt",
            name: "Nordmarkt",
            url: "",
            currency: "EUR",
            currencies: ["EUR"],
            locale: "de",
          },
        ],
      }),
    ),
    http.get("*/api/v1/finance/invoice-terms", ({ request }) =>
      new URL(request.url).searchParams.get("email") === ada.email
        ? HttpResponse.json(now)
        : HttpResponse.json({ status: 404, code: "request.not_found", title: "Not found" }, { status: 404 }),
    ),
  );
});

async function found(email: string) {
  const shown = show(<InvoiceTermsPage />);
  await shown.person.type(await screen.findByLabelText("Address of the account"), email);
  const look = screen.getByRole("button", { name: "Look" });
  await expect.poll(() => look.hasAttribute("disabled")).toBe(false);
  await shown.person.click(look);
  return shown;
}

/** Answers whatever limit is asked for. */
function answering(state: "set" | "waiting", approval_id: string | null) {
  server.use(
    http.put("*/api/v1/finance/invoice-terms", async ({ request }) => {
      const body = (await request.json()) as { limit: { amount: number; currency: string } };
      sent.push(body, request.headers.has("idempotency-key"));
      if (state === "set") now = { ...ada, limit: body.limit, left: euros(0) };
      return HttpResponse.json({ ...now, state, approval_id });
    }),
  );
}

test("a limit needs an amount and a reason, and a high one waits for a second person", async () => {
  answering("waiting", "apr_1");
  const { person } = await found(ada.email);
  expect(await screen.findByText("€115.56")).toBeVisible();
  expect(screen.getByText("€384.44")).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Set the limit" }));
  expect(await screen.findByText("Write an amount, or 0 to withdraw it.")).toBeVisible();
  expect(screen.getByText("Write why, in at most 200 letters.")).toBeVisible();
  expect(sent).toEqual([]);
  await person.type(screen.getByLabelText("New limit"), "5000");
  await person.type(screen.getByLabelText("Why"), "A school with a good name");
  await person.click(screen.getByRole("button", { name: "Set the limit" }));
  expect(await screen.findByText(/A second person must agree first/)).toBeVisible();
  expect(screen.getByRole("link", { name: "See the request" })).toHaveAttribute(
    "href",
    "/finance/approvals/apr_1",
  );
  expect(screen.getByText("€500.00")).toBeVisible();
  const body = {
    tenant: "nordmarkt",
    email: ada.email,
    limit: euros(500_000),
    reason: "A school with a good name",
  };
  expect(sent).toEqual([body, true]);
});

test("nothing withdraws a limit, and what is owed stands", async () => {
  answering("set", null);
  const { person } = await found(ada.email);
  await person.type(await screen.findByLabelText("New limit"), "0");
  await person.type(screen.getByLabelText("Why"), "Two invoices are late");
  await person.click(screen.getByRole("button", { name: "Set the limit" }));
  expect(await screen.findByText("The limit holds")).toBeVisible();
  expect(sent).toMatchObject([{ limit: euros(0) }, true]);
  await expect.poll(() => screen.getAllByText("€0.00")).toHaveLength(2);
  expect(screen.getByText("€115.56")).toBeVisible();
});

test("what is refused of the limit is said at its field", async () => {
  const detail = "Nordmarkt writes its invoices in EUR.";
  server.use(
    http.put("*/api/v1/finance/invoice-terms", () =>
      HttpResponse.json(
        {
          status: 422,
          code: "request.invalid",
          detail: "",
          errors: [{ pointer: "/limit/currency", detail }],
        },
        { status: 422 },
      ),
    ),
  );
  const { person } = await found(ada.email);
  await person.type(await screen.findByLabelText("New limit"), "12");
  await person.type(screen.getByLabelText("Why"), "A good buyer");
  await person.click(screen.getByRole("button", { name: "Set the limit" }));
  expect(await screen.findByText(detail)).toBeVisible();
  expect(screen.getByLabelText("New limit")).toHaveAccessibleDescription(detail);
});

test("an address that nobody has is said", async () => {
  await found("nobody@example.com");
  expect(await screen.findByText("Nobody has an account with this address")).toBeVisible();
});
