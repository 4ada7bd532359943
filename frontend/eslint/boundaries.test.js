import { describe, expect, test } from "vitest";
import { objection } from "./boundaries.js";

const may = (from, to) => objection(`/src/${from}`, `/src/${to}`, "/src") === undefined;

describe("imports", () => {
  test("run downwards only", () => {
    expect(may("areas/seller/routes.tsx", "features/orders/OrderTable.tsx")).toBe(true);
    expect(may("features/orders/OrderTable.tsx", "shared/kit/Table.tsx")).toBe(true);
    expect(may("shared/kit/Table.tsx", "features/orders/OrderTable.tsx")).toBe(false);
    expect(may("features/orders/OrderTable.tsx", "app/router.tsx")).toBe(false);
  });

  test("never join two features or two areas", () => {
    expect(may("features/cart/CartPage.tsx", "features/cart/SellerGroup.tsx")).toBe(true);
    expect(may("features/cart/CartPage.tsx", "features/orders/OrderTable.tsx")).toBe(false);
    expect(may("areas/seller/routes.tsx", "areas/finance/routes.tsx")).toBe(false);
  });
});
