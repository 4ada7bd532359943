import type { RouteObject } from "react-router-dom";
import { loadWords } from "@/shared/i18n";

export const routes: RouteObject[] = [
  {
    path: "/",
    lazy: async () => {
      const [{ Home }] = await Promise.all([import("./Home"), loadWords("storefront")]);
      return { Component: Home };
    },
  },
];
