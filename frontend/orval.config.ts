import { defineConfig } from "orval";

export default defineConfig({
  velora: {
    input: "./openapi.json",
    output: {
      target: "./src/shared/api/generated/index.ts",
      schemas: "./src/shared/api/generated/model",
      mode: "tags-split",
      client: "react-query",
      httpClient: "axios",
      clean: true,
      override: {
        mutator: { path: "./src/shared/api/client.ts", name: "request" },
        query: { signal: true },
        // "read_cart_api_v1_cart_get" is read_cart: hooks are named for what the route does, not for its address.
        operationName: ({ operationId }) =>
          (operationId ?? "")
            .replace(/_api_v1_.*$/, "")
            .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      },
    },
  },
});
