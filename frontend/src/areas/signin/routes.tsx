import type { RouteObject } from "react-router-dom";
import { lazyPage } from "@/shared/page";

export const routes: RouteObject[] = [
  {
    path: "/signin",
    lazy: lazyPage(async () => (await import("@/features/session/SignInPage")).SignInPage, "session"),
  },
  {
    path: "/register",
    lazy: lazyPage(async () => (await import("@/features/session/RegisterPage")).RegisterPage, "session"),
  },
];
