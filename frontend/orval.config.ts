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
      },
    },
  },
});
