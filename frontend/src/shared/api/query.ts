import { QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";

/** Server state: kept half a minute, fetched again where a second try can help, never after the server refused. */
export function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500),
      },
    },
  });
}
