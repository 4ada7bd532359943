import { useMutation, type UseMutationOptions } from "@tanstack/react-query";
import type { AxiosRequestConfig } from "axios";
import { useRef } from "react";
import { idempotent } from "./client";
import { toProblem, type Problem } from "./problem";

/**
 * A POST that moves money or orders. Sent again because no answer came, it carries the same key and happens once;
 * after an answer the next one is a new request.
 */
export function useOnce<Input, Result>(
  send: (input: Input, once: AxiosRequestConfig) => Promise<Result>,
  options: Omit<UseMutationOptions<Result, Problem, Input>, "mutationFn"> = {},
) {
  const key = useRef<string>(undefined);
  return useMutation<Result, Problem, Input>({
    ...options,
    mutationFn: async (input) => {
      key.current ??= crypto.randomUUID();
      try {
        const result = await send(input, idempotent(key.current));
        key.current = undefined;
        return result;
      } catch (error) {
        if (!toProblem(error).unreachable) key.current = undefined;
        throw error;
      }
    },
  });
}
