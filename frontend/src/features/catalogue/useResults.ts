import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import type { SearchParams } from "@/shared/api/generated/model";
import { getSearchQueryKey, search } from "@/shared/api/generated/storefront/storefront";
import { takeSubmitted } from "./submitted";

/** Page after page of what was found; the former list stays while filters change. */
export function useResults(params: SearchParams) {
  return useInfiniteQuery({
    queryKey: [...getSearchQueryKey(params), "pages"],
    queryFn: ({ pageParam, signal }) =>
      search(
        {
          ...params,
          ...(pageParam && { cursor: pageParam }),
          ...(takeSubmitted(params.q) && { submitted: true }),
        },
        undefined,
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (last) => (last.has_more ? last.next_cursor : undefined),
    placeholderData: keepPreviousData,
  });
}
