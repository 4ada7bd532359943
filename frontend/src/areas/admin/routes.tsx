import { redirect, type RouteObject } from "react-router-dom";
import { lazyPage } from "@/shared/page";

export const routes: RouteObject[] = [
  {
    path: "/admin",
    lazy: lazyPage(async () => (await import("./Frame")).Frame, "admin", "session"),
    children: [
      { index: true, loader: () => redirect("/admin/search/queries") },
      {
        path: "search/*",
        lazy: lazyPage(async () => (await import("./SearchPages")).SearchPages, "merchandising"),
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
