import axios, { type AxiosRequestConfig } from "axios";
import { toProblem, type Problem } from "./problem";

const SAFE = new Set(["get", "head", "options"]);

export const client = axios.create({
  baseURL: "/api/v1",
  withCredentials: true,
  timeout: 30_000,
  paramsSerializer: { indexes: null },
});

client.interceptors.request.use((config) => {
  const token = cookie("velora_csrf");
  if (token && !SAFE.has(config.method?.toLowerCase() ?? "get")) config.headers.set("X-CSRF-Token", token);
  return config;
});

client.interceptors.response.use(undefined, (error: unknown) => {
  if (axios.isCancel(error)) throw error;
  throw toProblem(error);
});

/** What the generated hooks fail with, whatever the document lists. */
export type ErrorType<Listed = unknown> = Listed extends never ? never : Problem;

/** Answers with the body, or throws a Problem. The generated client calls nothing else. */
export async function request<Body>(config: AxiosRequestConfig, options?: AxiosRequestConfig): Promise<Body> {
  const url = config.url?.replace(/^\/api\/v1(?=\/)/, "");
  const response = await client.request<Body>({ ...config, ...options, url });
  return response.data;
}

/** A key under which a POST that moves money or orders may be sent again without happening twice. */
export function idempotent(key: string = crypto.randomUUID()): AxiosRequestConfig {
  return { headers: { "Idempotency-Key": key } };
}

function cookie(name: string): string | undefined {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found && decodeURIComponent(found.slice(name.length + 1));
}
