import type { RouteObject } from "react-router-dom";
import { lazyPage } from "@/shared/page";

const orders = () => import("@/features/sellerOrders/pages");

export const routes: RouteObject[] = [
  {
    path: "/seller",
    lazy: lazyPage(async () => (await import("./Entry")).Entry, "seller", "session"),
  },
  {
    path: "/seller/:sellerId",
    lazy: lazyPage(async () => (await import("./Frame")).Frame, "seller", "session"),
    children: [
      {
        index: true,
        lazy: lazyPage(async () => (await import("./HomePage")).HomePage, "seller", "sellerOrders"),
      },
      { path: "orders", lazy: lazyPage(async () => (await orders()).OrdersPage, "sellerOrders") },
      { path: "orders/print", lazy: lazyPage(async () => (await orders()).SlipsPage, "sellerOrders") },
      { path: "orders/:orderId", lazy: lazyPage(async () => (await orders()).OrderPage, "sellerOrders") },
      {
        path: "returns",
        lazy: lazyPage(
          async () => (await import("@/features/sellerReturns/ReturnsPage")).ReturnsPage,
          "sellerReturns",
        ),
      },
      {
        path: "products",
        lazy: lazyPage(async () => (await import("@/features/stock/ProductsPage")).ProductsPage, "stock"),
      },
      {
        path: "money",
        lazy: lazyPage(
          async () => (await import("@/features/sellerMoney/BalancePage")).BalancePage,
          "sellerMoney",
          "ledger",
        ),
      },
      {
        path: "imprint",
        lazy: lazyPage(async () => (await import("@/features/imprint/ImprintPage")).ImprintPage, "imprint"),
      },
      {
        path: "webhooks",
        lazy: lazyPage(
          async () => (await import("@/features/webhooks/WebhooksPage")).WebhooksPage,
          "webhooks",
        ),
      },
      {
        path: "webhooks/:endpointId",
        lazy: lazyPage(async () => (await import("@/features/webhooks/WebhookPage")).WebhookPage, "webhooks"),
      },
    ],
  },
];
