import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { show } from "@/testing/render";
import { server } from "@/testing/server";
import { GoodwillPage } from "./GoodwillPage";

const euros = (amount: number) => ({ amount, currency: "EUR" });
const ada = {
  account_id: "acc_1",
  name: "Ada",
  email: "ada@example.com",
  tenant: "nordmarkt",
  credit: { balance: euros(1000), held: euros(0), free: euros(1000), history: [], others: [] },
};

let currencies = ["EUR"];

beforeEach(async () => {
  currencies = ["EUR"];
  await loadWords("goodwill", "ledger");
  server.use(
    http.get("*/api/v1/marketplaces", () =>
      HttpResponse.json({
        data: [{ slug: "nordmarkt", name: "Nordmarkt", url: "", currency: "EUR", currencies, locale: "de" }],
      }),
    ),
    http.get("*/api/v1/finance/credit", ({ request }) =>
      new URL(request.url).searchParams.get("email") === ada.email
        ? HttpResponse.json(ada)
        : HttpResponse.json({ status: 404, code: "request.not_found", title: "Not found" }, { status: 404 }),
    ),
  );
});

async function found(email: string) {
  const shown = show(<GoodwillPage />);
  await shown.person.type(await screen.findByLabelText("Address of the account"), email);
  const look = screen.getByRole("button", { name: "Look" });
  await expect.poll(() => look.hasAttribute("disabled")).toBe(false);
  await shown.person.click(look);
  return shown;
}

test("goodwill needs an amount and a reason, and may wait for a second person", async () => {
  const asked: unknown[] = [];
  server.use(
    http.post("*/api/v1/finance/credit/goodwill", async ({ request }) => {
      asked.push(await request.json(), request.headers.has("idempotency-key"));
      return HttpResponse.json({ ...ada, state: "waiting", approval_id: "apr_1" }, { status: 201 });
    }),
  );
  const { person } = await found(ada.email);
  expect(await screen.findByText("has €10.00")).toBeVisible();
  await person.click(screen.getByRole("button", { name: "Give the credit" }));
  expect(await screen.findByText("Write an amount.")).toBeVisible();
  expect(asked).toEqual([]);
  await person.type(screen.getByLabelText("Goodwill"), "75");
  await person.type(screen.getByLabelText("Why"), "The parcel was late");
  await person.click(screen.getByRole("button", { name: "Give the credit" }));
  expect(await screen.findByText("A second person must agree first")).toBeVisible();
  expect(screen.getByRole("link", { name: "See the request" })).toHaveAttribute(
    "href",
    "/finance/approvals/apr_1",
  );
  const body = { tenant: "nordmarkt", email: ada.email, amount: euros(7500), reason: "The parcel was late" };
  expect(asked).toEqual([body, true]);
});

test("where a marketplace sells in two currencies each is shown by itself, and goodwill is given in the one chosen", async () => {
  currencies = ["EUR", "DKK"];
  const kroner = (amount: number) => ({ amount, currency: "DKK" });
  const inKroner = {
    balance: kroner(2500),
    held: kroner(0),
    free: kroner(2500),
    history: [],
    others: [euros(1000)],
  };
  const asked: unknown[] = [];
  server.use(
    http.get("*/api/v1/finance/credit", ({ request }) =>
      HttpResponse.json(
        new URL(request.url).searchParams.get("currency") === "DKK" ? { ...ada, credit: inKroner } : ada,
      ),
    ),
    http.post("*/api/v1/finance/credit/goodwill", async ({ request }) => {
      asked.push(await request.json());
      return HttpResponse.json(
        { ...ada, credit: inKroner, state: "given", approval_id: null },
        { status: 201 },
      );
    }),
  );
  const { person } = await found(ada.email);
  expect(await screen.findByText("has €10.00")).toBeVisible();
  await person.click(screen.getByRole("combobox", { name: "Currency" }));
  await person.click(await screen.findByRole("option", { name: "DKK" }));
  expect(await screen.findByText("and €10.00")).toBeVisible();
  expect(screen.getByText(/has kr\s25.00/)).toBeVisible();
  await person.type(screen.getByLabelText("Goodwill"), "40");
  await person.type(screen.getByLabelText("Why"), "The parcel was late");
  await person.click(screen.getByRole("button", { name: "Give the credit" }));
  expect(await screen.findByText("The credit is given")).toBeVisible();
  expect(asked).toMatchObject([{ amount: kroner(4000) }]);
});

test("an address that nobody has is said", async () => {
  await found("nobody@example.com");
  expect(await screen.findByText("Nobody has an account with this address")).toBeVisible();
});
