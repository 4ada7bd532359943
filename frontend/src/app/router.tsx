import { createBrowserRouter, type RouteObject } from "react-router-dom";
import { routes as admin } from "@/areas/admin/routes";
import { routes as finance } from "@/areas/finance/routes";
import { routes as marketplaces } from "@/areas/marketplaces/routes";
import { routes as platform } from "@/areas/platform/routes";
import { routes as seller } from "@/areas/seller/routes";
import { routes as signin } from "@/areas/signin/routes";
import { routes as storefront } from "@/areas/storefront/routes";
import { NotFound } from "./NotFound";
import { PageCrash } from "./PageCrash";

/** Parts for the people who build it; not in a production build. */
const development: RouteObject[] = import.meta.env.DEV
  ? [
      { path: "/dev/kit", lazy: async () => ({ Component: (await import("./showcase/Showcase")).Showcase }) },
      framed("console", "Console", "ConsolePage"),
      framed("shop", "Shop", "ShopPage"),
    ]
  : [];

function framed(path: string, frame: "Console" | "Shop", page: "ConsolePage" | "ShopPage"): RouteObject {
  const load = () => import("./showcase/Frames");
  return {
    path: `/dev/kit/${path}`,
    lazy: async () => ({ Component: (await load())[frame] }),
    children: [
      { index: true, lazy: async () => ({ Component: (await load())[page] }) },
      { path: "*", lazy: async () => ({ Component: (await load())[page] }) },
    ],
  };
}

export const router = createBrowserRouter([
  {
    ErrorBoundary: PageCrash,
    children: [
      ...signin,
      ...seller,
      ...finance,
      ...admin,
      ...platform,
      ...marketplaces,
      ...development,
      ...storefront,
      { path: "*", Component: NotFound },
    ],
  },
]);
