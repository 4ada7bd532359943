import { isAxiosError } from "axios";

export interface FieldError {
  /** JSON pointer into the request body: `/address/postal_code` */
  pointer: string;
  detail: string;
}

export type ProblemBody = Partial<
  Pick<Problem, "type" | "title" | "status" | "code" | "detail" | "facts" | "errors" | "requestId">
>;

/** The members that every problem has; whatever else it says are the facts of this one. */
const STANDARD = new Set(["type", "title", "status", "code", "detail", "errors", "instance", "request_id"]);

/** What the server refused and why (RFC 9457), or that it could not be reached. */
export class Problem extends Error {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly facts: Record<string, unknown>;
  readonly errors: FieldError[];
  readonly requestId: string | undefined;

  constructor(body: ProblemBody) {
    super(body.detail ?? body.title ?? "Something went wrong.");
    this.name = "Problem";
    this.type = body.type ?? "about:blank";
    this.title = body.title ?? "";
    this.status = body.status ?? 0;
    this.code = body.code ?? "unknown";
    this.detail = body.detail ?? "";
    this.facts = body.facts ?? {};
    this.errors = body.errors ?? [];
    this.requestId = body.requestId;
  }

  /** True when nothing came back: no connection, or nobody listening. */
  get unreachable(): boolean {
    return this.status === 0;
  }
}

/** Turns whatever a request failed with into a Problem. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!isAxiosError(error))
    return new Problem({ code: "client.unexpected", detail: error instanceof Error ? error.message : "" });
  if (!error.response) return new Problem({ code: "client.unreachable" });
  const { status, headers } = error.response;
  const body: unknown = error.response.data;
  const requestId: unknown = headers["x-request-id"];
  const told = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
  return new Problem({
    status,
    ...told,
    facts: Object.fromEntries(Object.entries(told).filter(([member]) => !STANDARD.has(member))),
    requestId: typeof requestId === "string" ? requestId : undefined,
  });
}
