import { redirect, type RouteObject } from "react-router-dom";
import { lazyPage } from "@/shared/page";

export const routes: RouteObject[] = [
  {
    path: "/platform",
    lazy: lazyPage(async () => (await import("./Frame")).Frame, "platform", "session"),
    children: [
      { index: true, loader: () => redirect("/platform/engines") },
      {
        path: "engines",
        lazy: lazyPage(async () => (await import("@/features/engines/EnginesPage")).EnginesPage, "engines"),
      },
    ],
  },
];
