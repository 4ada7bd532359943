import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router-dom";
import { startI18n } from "@/shared/i18n";
import "@/shared/theme/theme.css";
import { watchTheme } from "@/shared/theme";
import { Providers } from "./Providers";
import { router } from "./router";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no element with the id root.");

watchTheme();
await startI18n();
createRoot(root).render(
  <StrictMode>
    <Providers>
      <RouterProvider router={router} future={{ v7_startTransition: true }} />
    </Providers>
  </StrictMode>,
);
