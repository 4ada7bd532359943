import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { show } from "@/testing/render";
import { server } from "@/testing/server";
import { FxPage } from "./FxPage";

const money = (amount: number, currency: string) => ({ amount, currency });
const conversion = {
  journal_id: "jrn_1",
  reference: "FX-2026-0417",
  sold: money(100_000, "EUR"),
  bought: money(1_112_000, "SEK"),
  rate: "11.12",
  source: "Statement of 17 April",
  on: "2026-04-17T12:00:00Z",
  by: "account:acc_1",
};

function markets(...currencies: string[]) {
  server.use(
    http.get("*/api/v1/marketplaces", () =>
      HttpResponse.json({
        data: [{ slug: "nordmarkt", name: "Nordmarkt", url: "", currency: "EUR", currencies, locale: "de" }],
      }),
    ),
  );
}

beforeEach(async () => {
  await loadWords("fx", "ledger");
});

test("a conversion is recorded as the statement says it, and stands below with its rate", async () => {
  const asked: unknown[] = [];
  let recorded = false;
  markets("EUR", "SEK");
  server.use(
    http.get("*/api/v1/finance/fx", () =>
      HttpResponse.json({
        data: recorded ? [conversion] : [],
        exchange: recorded ? [money(-100_000, "EUR"), money(1_112_000, "SEK")] : [],
        next_before: null,
      }),
    ),
    http.post("*/api/v1/finance/fx", async ({ request }) => {
      asked.push(await request.json());
      recorded = true;
      return HttpResponse.json(
        { state: "recorded", journal_id: "jrn_1", approval_id: null },
        { status: 201 },
      );
    }),
  );
  const { person } = show(<FxPage />);
  expect(await screen.findByText("Nothing was changed yet")).toBeVisible();
  const record = screen.getByRole("button", { name: "Record it" });
  expect(record).toBeDisabled();
  await person.type(screen.getByLabelText("Given"), "1000");
  await person.type(screen.getByLabelText("Received"), "11120");
  await person.type(screen.getByLabelText("Rate"), "11,12");
  await person.type(screen.getByLabelText("Day"), "2026-04-17");
  await person.type(screen.getByLabelText("Reference"), "FX-2026-0417");
  await person.type(screen.getByLabelText("Source of the rate"), "Statement of 17 April");
  await person.click(record);
  expect(await screen.findByText("It stands in the books")).toBeVisible();
  expect(await screen.findByText("11.12")).toBeVisible();
  expect(asked).toEqual([
    {
      tenant: "nordmarkt",
      reference: "FX-2026-0417",
      source: "Statement of 17 April",
      rate: "11.12",
      on: "2026-04-17",
      sold: { account: "bank", currency: "EUR", amount: 100_000 },
      bought: { account: "bank", currency: "SEK", amount: 1_112_000 },
    },
  ]);
});

test("an amount that is not what the rate makes of it is refused at its field, and nothing typed is lost", async () => {
  markets("EUR", "SEK");
  server.use(
    http.get("*/api/v1/finance/fx", () => HttpResponse.json({ data: [], exchange: [], next_before: null })),
    http.post("*/api/v1/finance/fx", () =>
      HttpResponse.json(
        {
          status: 422,
          code: "request.invalid",
          title: "Check the form",
          errors: [{ pointer: "/bought/amount", detail: "1,000.00 EUR at 11.12 is 11,120.00 SEK." }],
        },
        { status: 422 },
      ),
    ),
  );
  const { person } = show(<FxPage />);
  await person.type(await screen.findByLabelText("Given"), "1000");
  await person.type(screen.getByLabelText("Received"), "99");
  await person.type(screen.getByLabelText("Rate"), "11.12");
  await person.type(screen.getByLabelText("Day"), "2026-04-17");
  await person.type(screen.getByLabelText("Reference"), "FX-1");
  await person.type(screen.getByLabelText("Source of the rate"), "A statement");
  await person.click(screen.getByRole("button", { name: "Record it" }));
  expect(await screen.findByText("1,000.00 EUR at 11.12 is 11,120.00 SEK.")).toBeVisible();
  expect(screen.getByLabelText("Reference")).toHaveValue("FX-1");
});

test("where a marketplace sells in one currency there is nothing to change", async () => {
  markets("EUR");
  server.use(
    http.get("*/api/v1/finance/fx", () => HttpResponse.json({ data: [], exchange: [], next_before: null })),
  );
  show(<FxPage />);
  expect(
    await screen.findByText("This marketplace sells in EUR alone: there is nothing to change."),
  ).toBeVisible();
  expect(screen.queryByRole("button", { name: "Record it" })).toBeNull();
});
