import { screen } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { ImprintPage } from "./ImprintPage";

const AT = "*/api/v1/seller/sel_1/imprint";
const texts = {
  legal_name: "Lumen & Oak GmbH",
  line1: "Holstenstraße 12",
  line2: "",
  postal_code: "24103",
  city: "Kiel",
  country: "DE",
  tax_number: "DE123456789",
};
const nothing = Object.fromEntries(Object.keys(texts).map((name) => [name, ""]));

const open = () =>
  showRoutes([{ path: "/seller/:sellerId/imprint", element: <ImprintPage /> }], "/seller/sel_1/imprint");

beforeEach(async () => {
  await loadWords("imprint");
  server.use(http.get(AT, () => HttpResponse.json({ ...texts, given: true })));
});

test("an imprint that is not given says what it is for, and is saved once it is whole", async () => {
  const sent: unknown[] = [];
  server.use(
    http.get(AT, () => HttpResponse.json({ ...nothing, given: false })),
    http.put(AT, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ ...texts, given: true });
    }),
  );
  const { person } = open();
  expect(await screen.findByText(/buyers get no return label/)).toBeVisible();
  await person.type(screen.getByLabelText("Legal name"), " Lumen & Oak GmbH ");
  await person.type(screen.getByLabelText("Street and number"), "Holstenstraße 12");
  await person.type(screen.getByLabelText("Postal code"), "24103");
  await person.type(screen.getByLabelText("City"), "Kiel");
  await person.type(screen.getByLabelText(/Tax number/), "DE123456789");
  await person.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("Write the two letters of the country: DE, GB.")).toBeVisible();
  expect(sent).toEqual([]);
  await person.type(screen.getByLabelText("Country"), "de");
  await person.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText("The imprint is saved")).toBeVisible();
  expect(sent).toEqual([texts]);
  expect(screen.queryByText(/buyers get no return label/)).not.toBeInTheDocument();
});

test("what was given is shown, and a refusal stands at its field", async () => {
  const detail = "Give 1 to 80 characters on one line.";
  server.use(
    http.put(AT, () =>
      HttpResponse.json(
        { status: 422, code: "request.invalid", detail, errors: [{ pointer: "/city", detail }] },
        { status: 422 },
      ),
    ),
  );
  const { person } = open();
  expect(await screen.findByLabelText("Legal name")).toHaveValue("Lumen & Oak GmbH");
  expect(screen.queryByText(/buyers get no return label/)).not.toBeInTheDocument();
  const city = screen.getByLabelText("City");
  await person.type(city, " am See");
  await person.click(screen.getByRole("button", { name: "Save" }));
  await expect.poll(() => city).toHaveAccessibleDescription(detail);
  expect(city).toHaveValue("Kiel am See");
});

test("who is no owner is told so in the server's words", async () => {
  server.use(
    http.put(AT, () =>
      HttpResponse.json(
        { status: 403, code: "forbidden", detail: "Only the seller's owners may." },
        { status: 403 },
      ),
    ),
  );
  const { person } = open();
  await person.click(await screen.findByRole("button", { name: "Save" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Only the seller's owners may.");
});
