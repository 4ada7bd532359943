import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { show } from "@/testing/render";
import { server } from "@/testing/server";
import { CardsPage } from "./CardsPage";

const card = (id: string, last4: string, is_default: boolean) => ({
  id,
  brand: "Visa",
  last4,
  exp_month: 4,
  exp_year: 2034,
  is_default,
});

beforeEach(() => loadWords("account"));

test("one card is offered first, and another can be instead, or be removed after asking", async () => {
  const asked: string[] = [];
  let kept = [card("pm_1", "4242", true), card("pm_2", "1881", false)];
  server.use(
    http.get("*/api/v1/account/payment-methods", () => HttpResponse.json({ data: kept })),
    http.put("*/api/v1/account/payment-methods/:id/default", ({ params }) => {
      asked.push(`prefer ${String(params.id)}`);
      kept = [card("pm_2", "1881", true), card("pm_1", "4242", false)];
      return HttpResponse.json({ data: kept });
    }),
    http.delete("*/api/v1/account/payment-methods/:id", ({ params }) => {
      asked.push(`remove ${String(params.id)}`);
      kept = kept.filter(({ id }) => id !== params.id);
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { person } = show(<CardsPage />);
  const [first] = await screen.findAllByRole("listitem");
  expect(first).toHaveTextContent("Visa •••• 4242Expires 04/2034Offered first");
  await person.click(screen.getByRole("button", { name: "Offer Visa •••• 1881 first" }));
  await person.click(await screen.findByRole("button", { name: "Remove Visa •••• 4242" }));
  const dialog = within(await screen.findByRole("alertdialog"));
  expect(asked).toEqual(["prefer pm_2"]);
  await person.click(dialog.getByRole("button", { name: "Remove" }));
  await expect.poll(() => screen.queryAllByRole("listitem").length).toBe(1);
  expect(asked).toEqual(["prefer pm_2", "remove pm_1"]);
});

test("without a saved card it says how one is kept", async () => {
  server.use(http.get("*/api/v1/account/payment-methods", () => HttpResponse.json({ data: [] })));
  show(<CardsPage />);
  expect(await screen.findByText("A card can be kept when you pay with it.")).toBeVisible();
});
