import { Navigate, redirect, type RouteObject } from "react-router-dom";
import { lazyPage } from "@/shared/page";

/** Addresses that are nobody's marketplace: they lead to the list of them. */
const BARE = /^(localhost|[\d.]+|\[.*\])$/;

export const routes: RouteObject[] = [
  {
    lazy: lazyPage(async () => (await import("./Frame")).Frame, "storefront", "catalogue", "cart"),
    children: [
      {
        path: "/",
        loader: () => (BARE.test(window.location.hostname) ? redirect("/marketplaces") : null),
        lazy: lazyPage(async () => (await import("@/features/catalogue/HomePage")).HomePage, "catalogue"),
      },
      {
        path: "/search",
        lazy: lazyPage(async () => (await import("@/features/catalogue/ListPages")).SearchPage, "catalogue"),
      },
      {
        path: "/c/:slug",
        lazy: lazyPage(
          async () => (await import("@/features/catalogue/ListPages")).CategoryPage,
          "catalogue",
        ),
      },
      {
        path: "/s/:slug",
        lazy: lazyPage(async () => (await import("@/features/catalogue/ListPages")).SellerPage, "catalogue"),
      },
      {
        path: "/p/:slug",
        lazy: lazyPage(async () => (await import("./ProductPage")).ProductPage, "catalogue", "storefront"),
      },
      {
        path: "/cart",
        lazy: lazyPage(async () => (await import("@/features/cart/CartPage")).CartPage, "cart"),
      },
      {
        path: "/orders/:id",
        lazy: lazyPage(async () => (await import("@/features/order/OrderPage")).OrderPage, "order"),
      },
      {
        path: "/account",
        lazy: lazyPage(async () => (await import("./AccountFrame")).AccountFrame, "account"),
        children: [
          { index: true, element: <Navigate to="/account/orders" replace /> },
          {
            path: "orders",
            lazy: lazyPage(async () => (await import("@/features/order/OrdersPage")).OrdersPage, "order"),
          },
          {
            path: "cards",
            lazy: lazyPage(async () => (await import("@/features/account/CardsPage")).CardsPage, "account"),
          },
          {
            path: "credit",
            lazy: lazyPage(async () => (await import("@/features/account/CreditPage")).CreditPage, "account"),
          },
          {
            path: "security",
            lazy: lazyPage(
              async () => (await import("@/features/account/SecurityPage")).SecurityPage,
              "account",
            ),
          },
        ],
      },
      {
        path: "/checkout/confirm/:intentId",
        lazy: lazyPage(async () => (await import("@/features/checkout/ConfirmPage")).ConfirmPage, "checkout"),
      },
    ],
  },
  {
    path: "/checkout",
    lazy: lazyPage(async () => (await import("./CheckoutArea")).CheckoutArea, "checkout"),
    children: [
      { index: true, element: <Navigate to="/checkout/address" replace /> },
      {
        path: "address",
        lazy: lazyPage(async () => (await import("@/features/checkout/AddressStep")).AddressStep, "checkout"),
      },
      {
        path: "delivery",
        lazy: lazyPage(
          async () => (await import("@/features/checkout/DeliveryStep")).DeliveryStep,
          "checkout",
        ),
      },
      {
        path: "payment",
        lazy: lazyPage(async () => (await import("@/features/checkout/PaymentStep")).PaymentStep, "checkout"),
      },
    ],
  },
  {
    path: "/sandbox/challenge/:ref",
    lazy: lazyPage(async () => (await import("@/features/checkout/ChallengePage")).ChallengePage, "checkout"),
  },
];
