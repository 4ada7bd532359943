import { screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { server } from "@/testing/server";
import { showRoutes } from "@/testing/render";
import { Guard } from "@/features/session/Guard";
import { routes as signin } from "./routes";

const guest = { account: null, roles: [], sellers: [], tenant: null };
const vera = {
  account: { id: "acc_1", email: "vera@velora.example", name: "Vera" },
  roles: ["finance"],
  sellers: [],
  tenant: null,
};
const wrong = {
  status: 401,
  code: "identity.wrong_credentials",
  detail: "This address and this password do not belong together.",
};

const routes = [
  ...signin,
  { path: "/finance", element: <p>Overview</p> },
  {
    path: "/finance/trails",
    element: <Guard area="finance">{(me) => <p>Hello {me.account?.name}</p>}</Guard>,
  },
  { path: "/seller", element: <Guard area="seller">{() => <p>Portal</p>}</Guard> },
];

beforeEach(async () => {
  await loadWords("session");
  server.use(
    http.get("*/api/v1/auth/me", () => HttpResponse.json(guest)),
    http.get("*/api/v1/demo/accounts", () => HttpResponse.json({ status: 404 }, { status: 404 })),
    http.post("*/api/v1/auth/sign-in", async ({ request }) => {
      const { password } = (await request.json()) as { password: string };
      return password === "seven green lamps"
        ? HttpResponse.json(vera)
        : HttpResponse.json(wrong, { status: 401 });
    }),
  );
});

test("whoever opens a page of finance signs in first and is brought back to it", async () => {
  const { person, router } = showRoutes(routes, "/finance/trails?q=9600");
  await person.type(await screen.findByLabelText("Email"), "vera@velora.example");
  await person.type(screen.getByLabelText("Password"), "wrong words");
  await person.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("do not belong together");
  expect(screen.getByLabelText("Email")).toHaveValue("vera@velora.example");

  await person.clear(screen.getByLabelText("Password"));
  await person.type(screen.getByLabelText("Password"), "seven green lamps");
  await person.click(screen.getByRole("button", { name: "Sign in" }));
  expect(await screen.findByText("Hello Vera")).toBeInTheDocument();
  expect(router.state.location).toMatchObject({ pathname: "/finance/trails", search: "?q=9600" });
});

test("in the demo, a click is enough to be somebody", async () => {
  const people = [{ email: "vera@velora.example", name: "Vera", role: "Finance", where: "All marketplaces" }];
  server.use(
    http.get("*/api/v1/demo/accounts", () =>
      HttpResponse.json({ password: "seven green lamps", data: people }),
    ),
  );
  const { person, router } = showRoutes(routes, "/signin?next=https://elsewhere.example");
  await person.click(await screen.findByRole("button", { name: /Vera/ }));
  await waitFor(() => expect(router.state.location.pathname).toBe("/finance"));
});

test("an area one has no role in stays closed and says why", async () => {
  server.use(http.get("*/api/v1/auth/me", () => HttpResponse.json(vera)));
  showRoutes(routes, "/seller");
  expect(await screen.findByText(/Vera has no role here/)).toBeInTheDocument();
  expect(screen.queryByText("Portal")).not.toBeInTheDocument();
});
