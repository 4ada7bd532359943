import type { ComponentType } from "react";
import { Navigate, type RouteObject } from "react-router-dom";
import { loadWords } from "@/shared/i18n";

/** A page with its words, fetched when it is gone to. */
function page(load: () => Promise<ComponentType>, ...words: string[]): RouteObject["lazy"] {
  return async () => {
    const [Component] = await Promise.all([load(), loadWords(...words)]);
    return { Component };
  };
}

export const routes: RouteObject[] = [
  {
    lazy: page(async () => (await import("./Frame")).Frame, "storefront", "catalogue", "cart"),
    children: [
      {
        path: "/",
        lazy: page(async () => (await import("@/features/catalogue/HomePage")).HomePage, "catalogue"),
      },
      {
        path: "/search",
        lazy: page(async () => (await import("@/features/catalogue/ListPages")).SearchPage, "catalogue"),
      },
      {
        path: "/c/:slug",
        lazy: page(async () => (await import("@/features/catalogue/ListPages")).CategoryPage, "catalogue"),
      },
      {
        path: "/s/:slug",
        lazy: page(async () => (await import("@/features/catalogue/ListPages")).SellerPage, "catalogue"),
      },
      {
        path: "/p/:slug",
        lazy: page(async () => (await import("./ProductPage")).ProductPage, "catalogue", "storefront"),
      },
      { path: "/cart", lazy: page(async () => (await import("@/features/cart/CartPage")).CartPage, "cart") },
      {
        path: "/checkout/confirm/:intentId",
        lazy: page(async () => (await import("@/features/checkout/ConfirmPage")).ConfirmPage, "checkout"),
      },
    ],
  },
  {
    path: "/checkout",
    lazy: page(async () => (await import("./CheckoutArea")).CheckoutArea, "checkout"),
    children: [
      { index: true, element: <Navigate to="/checkout/address" replace /> },
      {
        path: "address",
        lazy: page(async () => (await import("@/features/checkout/AddressStep")).AddressStep, "checkout"),
      },
      {
        path: "delivery",
        lazy: page(async () => (await import("@/features/checkout/DeliveryStep")).DeliveryStep, "checkout"),
      },
      {
        path: "payment",
        lazy: page(async () => (await import("@/features/checkout/PaymentStep")).PaymentStep, "checkout"),
      },
    ],
  },
  {
    path: "/sandbox/challenge/:ref",
    lazy: page(async () => (await import("@/features/checkout/ChallengePage")).ChallengePage, "checkout"),
  },
];
