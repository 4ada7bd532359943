import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const api = process.env.VELORA_API_URL ?? "http://127.0.0.1:8000";

/** Lets the browser fetch the interface font together with the page instead of after the style sheet. */
function preloadInterfaceFont(): Plugin {
  return {
    name: "preload-interface-font",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_html, { bundle }) =>
        Object.keys(bundle ?? {})
          .filter((file) => /inter-latin-wght-normal.*\.woff2$/.test(file))
          .map((file) => ({
            tag: "link",
            attrs: { rel: "preload", as: "font", type: "font/woff2", href: `/${file}`, crossorigin: true },
            injectTo: "head" as const,
          })),
    },
  };
}

export default defineConfig({
  plugins: [react(), preloadInterfaceFont()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: { "/api": { target: api, changeOrigin: false } } },
  build: {
    target: "es2022",
    manifest: true,
    chunkSizeWarningLimit: 450,
    // A browser without modulepreload loads the same a little later; the others need not carry its stand-in.
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    css: false,
    restoreMocks: true,
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
