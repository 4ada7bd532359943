import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { CartOut } from "@/shared/api/generated/model";
import { loadWords } from "@/shared/i18n";
import { show } from "@/testing/render";
import { server } from "@/testing/server";
import { withQuantity } from "./api";
import { CartPage } from "./CartPage";
import { useCartNews } from "./useCartNews";

const euros = (amount: number) => ({ amount, currency: "EUR" });

function aCart(quantity = 1): CartOut {
  const line = {
    variant_id: "var_1",
    slug: "teapot",
    title: "Aria teapot",
    variant_title: "Red",
    picture: "teapot",
    tone: "rose",
    quantity,
    unit: euros(2000),
    line: euros(2000 * quantity),
    available: 5,
    problem: null,
  };
  const group = {
    seller: { id: "sel_1", name: "Keramik Kiel", slug: "keramik-kiel" },
    lines: [line],
    items: euros(2000 * quantity),
    shipping: euros(quantity > 2 ? 0 : 490),
    free_above: euros(5000),
    delivery: { from: "2026-11-24", to: "2026-11-26" },
  };
  return {
    lines: 1,
    groups: [group],
    items: group.items,
    shipping: group.shipping,
    tax: euros(0),
    total: euros(group.items.amount + group.shipping.amount),
    tax_mode: "inclusive",
    country: "DE",
    changes: [],
  };
}

beforeEach(async () => {
  await loadWords("cart");
  useCartNews.setState({ changes: [] });
});

test("one more is shown at once, and the rest as the server has it", async () => {
  let answer: (() => void) | undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  server.use(
    http.get("*/api/v1/cart", () => HttpResponse.json(aCart())),
    http.put("*/api/v1/cart/lines/var_1", async () => {
      await answered;
      return HttpResponse.json(aCart(2));
    }),
  );
  const { person } = show(<CartPage />);
  expect(await screen.findByText("€30.00 more for free delivery from this seller")).toBeVisible();
  await person.click(screen.getByRole("button", { name: "One more of Aria teapot" }));
  expect(
    within(screen.getByRole("group", { name: "Quantity of Aria teapot" })).getByRole("status"),
  ).toHaveTextContent("2");
  expect(screen.getByText("€10.00 more for free delivery from this seller")).toBeVisible();
  answer?.();
  expect(await screen.findByText("€44.90")).toBeVisible();
});

test("a refused change goes back and says why", async () => {
  server.use(
    http.get("*/api/v1/cart", () => HttpResponse.json(aCart())),
    http.put("*/api/v1/cart/lines/var_1", () =>
      HttpResponse.json(
        { status: 503, code: "cart.unavailable", detail: "Carts are away." },
        { status: 503 },
      ),
    ),
  );
  const { person } = show(<CartPage />);
  await person.click(await screen.findByRole("button", { name: "One more of Aria teapot" }));
  expect(await screen.findByText("Carts are away.")).toBeVisible();
  await waitFor(() =>
    expect(
      within(screen.getByRole("group", { name: "Quantity of Aria teapot" })).getByRole("status"),
    ).toHaveTextContent("1"),
  );
});

test("what changed meanwhile stays on the page until it was read", async () => {
  const changes = [
    {
      variant_id: "var_1",
      title: "Aria teapot",
      kind: "price_changed" as const,
      before: euros(1900),
      after: euros(2000),
    },
  ];
  let looks = 0;
  server.use(
    http.get("*/api/v1/cart", () => HttpResponse.json({ ...aCart(), changes: looks++ === 0 ? changes : [] })),
    http.put("*/api/v1/cart/lines/var_1", () => HttpResponse.json(aCart(2))),
  );
  const { person } = show(<CartPage />);
  const said = "Aria teapot now costs €20.00; it was €19.00.";
  expect(await screen.findByText(said)).toBeVisible();
  await person.click(screen.getByRole("button", { name: "One more of Aria teapot" }));
  await screen.findByText("€44.90");
  expect(screen.getByText(said)).toBeVisible();
  await person.click(screen.getByRole("button", { name: "I have read it" }));
  expect(screen.queryByText(said)).not.toBeInTheDocument();
});

test("an empty cart says what to do", async () => {
  server.use(http.get("*/api/v1/cart", () => HttpResponse.json({ ...aCart(), lines: 0, groups: [] })));
  show(<CartPage />);
  expect(await screen.findByRole("heading", { name: "Your cart is empty" })).toBeVisible();
  expect(screen.getByRole("link", { name: "See what others love" })).toHaveAttribute(
    "href",
    "/search?sort=popular",
  );
});

test("taking the last line out leaves nothing of its seller", () => {
  expect(withQuantity(aCart(2), "var_1", 0)).toMatchObject({ lines: 0, groups: [], items: euros(0) });
});
