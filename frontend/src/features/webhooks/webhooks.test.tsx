import { screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { WebhookPage } from "./WebhookPage";
import { WebhooksPage } from "./WebhooksPage";

const AT = "*/api/v1/admin/webhooks";
const one = {
  id: "whe_01KAB3Z8Q4RST",
  url: "https://erp.example.com/velora",
  description: "Our ERP",
  event_types: ["orders.order_paid.v1"],
  state: "enabled",
  reason: "",
  since: "2026-04-17T10:00:00Z",
  failures: 0,
  failing_since: null,
  old_secret_until: null,
  created_at: "2026-04-17T10:00:00Z",
  version: 3,
};
const sent = {
  id: "evt_01KAB3Z8Q4RST",
  endpoint_id: one.id,
  type: "orders.order_paid.v1",
  state: "failed",
  attempts: 1,
  next_at: "2026-04-17T10:00:05Z",
  last_status: 500,
  last_error: "it answered 500",
  created_at: "2026-04-17T10:00:00Z",
  delivered_at: null,
};
const offered = ["catalog.listing_changed.v1", "orders.order_paid.v1", "orders.order_failed.v1"];
const routes = [
  { path: "/admin/webhooks", element: <WebhooksPage /> },
  { path: "/admin/webhooks/:endpointId", element: <WebhookPage /> },
  { path: "/seller/:sellerId/webhooks", element: <WebhooksPage /> },
];

function listed(data: unknown[], refused_with: string | null = null) {
  return HttpResponse.json({ data, event_types: offered, refused_with });
}

beforeEach(async () => {
  await loadWords("webhooks");
  server.use(
    http.get(AT, () => listed([one])),
    http.get(`${AT}/${one.id}`, () => HttpResponse.json(one)),
    http.get(`${AT}/${one.id}/deliveries`, () =>
      HttpResponse.json({ data: [sent], next_cursor: null, has_more: false }),
    ),
    http.get(`${AT}/${one.id}/deliveries/${sent.id}`, () =>
      HttpResponse.json({
        delivery: sent,
        body: '{"type":"orders.order_paid.v1"}',
        attempts: [
          {
            at: "2026-04-17T10:00:00Z",
            request_headers: { "webhook-id": sent.id },
            status: 500,
            reply: "oh dear",
            duration_ms: 41,
            error: "it answered 500",
          },
        ],
      }),
    ),
  );
});

test("an endpoint is made with the events that were chosen, and its secret is shown once", async () => {
  const bodies: unknown[] = [];
  server.use(
    http.get(AT, () => listed([])),
    http.post(AT, async ({ request }) => {
      bodies.push(await request.json());
      return HttpResponse.json({ endpoint: one, secret: "whsec_abc" }, { status: 201 });
    }),
  );
  const { person, router } = showRoutes(routes, "/admin/webhooks");
  await person.click(await screen.findByRole("button", { name: "Add endpoint" }));
  const dialog = await screen.findByRole("dialog", { name: "New endpoint" });
  await person.click(within(dialog).getByRole("button", { name: "Add endpoint" }));
  expect(await within(dialog).findByText("Write the URL.")).toBeVisible();
  expect(within(dialog).getByText("Choose at least one event.")).toBeVisible();
  await person.type(within(dialog).getByLabelText("URL"), "https://erp.example.com/velora");
  await person.click(within(dialog).getByRole("checkbox", { name: /An order was paid/ }));
  await person.click(within(dialog).getByRole("button", { name: "Add endpoint" }));
  const secret = await screen.findByRole("dialog", { name: "The secret" });
  expect(within(secret).getByText("whsec_abc")).toBeVisible();
  expect(bodies).toEqual([
    { url: "https://erp.example.com/velora", description: "", event_types: ["orders.order_paid.v1"] },
  ]);
  await person.click(within(secret).getByRole("button", { name: "I have kept it" }));
  expect(router.state.location.pathname).toBe(`/admin/webhooks/${one.id}`);
});

test("what the server refuses stands at its field, and what was typed stays", async () => {
  server.use(
    http.post(AT, () =>
      HttpResponse.json(
        {
          status: 422,
          code: "request.invalid",
          detail: "Not public.",
          errors: [
            { pointer: "/url", detail: "The name leads to an address that is not on the public internet." },
          ],
        },
        { status: 422 },
      ),
    ),
  );
  const { person } = showRoutes(routes, "/admin/webhooks");
  await person.click(await screen.findByRole("button", { name: "Add endpoint" }));
  await person.type(screen.getByLabelText("URL"), "https://inside.example.com/");
  await person.click(screen.getByRole("checkbox", { name: "All events" }));
  const dialog = screen.getByRole("dialog", { name: "New endpoint" });
  await person.click(within(dialog).getByRole("button", { name: "Add endpoint" }));
  expect(await within(dialog).findByText(/not on the public internet\.$/)).toBeVisible();
  expect(screen.getByLabelText("URL")).toHaveValue("https://inside.example.com/");
});

test("a delivery shows what was sent and what came back, and is sent again", async () => {
  let replayed = 0;
  server.use(
    http.post(`${AT}/${one.id}/deliveries/${sent.id}/replay`, () => {
      replayed += 1;
      return HttpResponse.json({ ...sent, state: "pending" }, { status: 202 });
    }),
  );
  const { person } = showRoutes(routes, `/admin/webhooks/${one.id}`);
  await person.click(await screen.findByRole("button", { name: "An order was paid" }));
  const drawer = await screen.findByRole("dialog", { name: "An order was paid" });
  expect(await within(drawer).findByText("oh dear")).toBeVisible();
  expect(within(drawer).getByText("it answered 500")).toBeVisible();
  expect(within(drawer).getByText(`webhook-id: ${sent.id}`)).toBeVisible();
  await person.click(within(drawer).getByRole("button", { name: "Send again" }));
  expect(await screen.findByText("It is sent again")).toBeVisible();
  expect(replayed).toBe(1);
});

test("a disabled endpoint says why, offers no test, and is enabled with a click", async () => {
  let state = "disabled";
  server.use(
    http.get(`${AT}/${one.id}`, () => HttpResponse.json({ ...one, state, reason: "failing" })),
    http.post(`${AT}/${one.id}/enable`, () => {
      state = "enabled";
      return HttpResponse.json(one);
    }),
  );
  const { person } = showRoutes(routes, `/admin/webhooks/${one.id}`);
  expect(await screen.findByText(/every request had failed for three days/)).toBeVisible();
  expect(await screen.findByRole("button", { name: "Send a test" })).toBeDisabled();
  await person.click(screen.getByRole("button", { name: "Enable" }));
  expect(await screen.findByText("It is sent to again, what waited first")).toBeVisible();
  expect(await screen.findByRole("button", { name: "Send a test" })).toBeEnabled();
});

test("a seller who is no Pro is told so and can add nothing", async () => {
  server.use(http.get("*/api/v1/seller/sel_1/webhooks", () => listed([], "webhooks.needs_pro")));
  showRoutes(routes, "/seller/sel_1/webhooks");
  expect(await screen.findByText("Webhooks are part of Seller Pro")).toBeVisible();
  expect(screen.getByText("No endpoint yet")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Add endpoint" })).toBeNull();
});

test("a list that does not load can be tried again", async () => {
  let tries = 0;
  server.use(
    http.get(AT, () => {
      tries += 1;
      return tries === 1
        ? HttpResponse.json({ status: 403, detail: "Not yours." }, { status: 403 })
        : listed([one]);
    }),
  );
  const { person } = showRoutes(routes, "/admin/webhooks");
  await person.click(await screen.findByRole("button", { name: /again/i }));
  expect(await screen.findByText("https://erp.example.com/velora")).toBeVisible();
});
