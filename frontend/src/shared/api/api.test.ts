import { http, HttpResponse } from "msw";
import { expect, test, vi } from "vitest";
import { server } from "@/testing/server";
import { request } from "./client";
import { fieldOf, showProblem } from "./formErrors";
import { Problem } from "./problem";

const refusal = {
  type: "https://velora.example/problems/out-of-stock",
  title: "Out of stock",
  status: 409,
  code: "inventory.out_of_stock",
  detail: "Only 1 of Lamp left; you asked for 3.",
  left: 1,
  errors: [{ pointer: "/lines/0/quantity", detail: "At most 1." }],
};

test("a refusal arrives as a Problem with its facts and fields", async () => {
  server.use(
    http.post("*/api/v1/carts", () =>
      HttpResponse.json(refusal, {
        status: 409,
        headers: { "content-type": "application/problem+json", "x-request-id": "req_1" },
      }),
    ),
  );
  const failure = await request({ method: "POST", url: "/carts" }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Problem);
  expect(failure).toMatchObject({
    code: refusal.code,
    errors: refusal.errors,
    facts: { left: 1 },
    requestId: "req_1",
    message: refusal.detail,
  });
});

test("a dead connection is a Problem that says so", async () => {
  server.use(http.get("*/api/v1/carts", () => HttpResponse.error()));
  const failure = await request({ method: "GET", url: "/carts" }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ unreachable: true, code: "client.unreachable" });
});

test("unsafe requests carry the token of the cookie, safe ones do not", async () => {
  document.cookie = "velora_csrf=s3cret";
  const seen: (string | null)[] = [];
  server.use(
    http.all("*/api/v1/echo", ({ request: { headers } }) => {
      seen.push(headers.get("x-csrf-token"));
      return HttpResponse.json({});
    }),
  );
  await request({ method: "GET", url: "/api/v1/echo" });
  await request({ method: "DELETE", url: "/api/v1/echo" });
  expect(seen).toEqual([null, "s3cret"]);
});

test("a pointer names its field", () => {
  expect(fieldOf("/lines/0/unit~1price")).toBe("lines.0.unit/price");
});

test("the server's messages stand at their fields, and those without a field at the form", () => {
  const setError = vi.fn();
  const form = { setError, getValues: () => ({ lines: [] }) } as unknown as Parameters<typeof showProblem>[0];
  showProblem(
    form,
    new Problem({ ...refusal, errors: [...refusal.errors, { pointer: "/coupon", detail: "Expired." }] }),
  );
  expect(setError).toHaveBeenCalledWith(
    "lines.0.quantity",
    { type: "server", message: "At most 1." },
    { shouldFocus: true },
  );
  expect(setError).toHaveBeenCalledWith("root", { type: "server", message: "Expired." });
});
