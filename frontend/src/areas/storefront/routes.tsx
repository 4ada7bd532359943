import type { ComponentType } from "react";
import type { RouteObject } from "react-router-dom";
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
    ],
  },
];
