import { act, screen, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { EnginesOut, QueuesOut } from "@/shared/api/generated/model";
import { loadWords } from "@/shared/i18n";
import { showRoutes } from "@/testing/render";
import { server } from "@/testing/server";
import { EnginesPage } from "./EnginesPage";
import { flowOfQueue, toLookAt } from "./flow";

const idle = { waiting: 0, oldest_seconds: null, retried: null, given_up: 0 };
const engine = (name: EnginesOut["engines"][number]["name"], version: string) => ({
  name,
  kind: version.split(" ")[0] ?? "",
  version,
  state: "up" as const,
  why: "",
  answered_in_ms: 2,
  last_trouble: null,
});
const queues: QueuesOut = {
  outbox: idle,
  letters: idle,
  webhooks: idle,
  jobs: { ...idle, retried: 0 },
  books: { verified_at: "2026-11-16T09:40:00Z", wrong: 0, unsealed_seconds: null },
  workers: [
    { name: "worker-1:12", started_at: "2026-11-16T09:00:00Z", seen_at: "2026-11-16T10:04:10Z", runs: true },
    { name: "worker-2:9", started_at: "2026-11-16T08:00:00Z", seen_at: "2026-11-16T09:30:00Z", runs: false },
  ],
};
const well: EnginesOut = {
  at: "2026-11-16T10:04:12Z",
  engines: [
    engine("database", "MySQL 9.7.0"),
    engine("bus", "Kafka, 1 broker"),
    engine("cache", "Redis 7.0.15"),
    engine("search", "OpenSearch 2.19.1"),
  ],
  queues,
  groups: [{ name: "webhooks.telling", waiting: 0, oldest_seconds: null, parked: 0 }],
};

function answered(...pages: (EnginesOut | number)[]) {
  let asked = 0;
  server.use(
    http.get("*/api/v1/platform/engines", () => {
      const page = pages[Math.min(asked++, pages.length - 1)];
      return typeof page === "number"
        ? HttpResponse.json(
            { code: "forbidden", status: page, title: "No", detail: "Not yours." },
            { status: page },
          )
        : HttpResponse.json(page);
    }),
  );
  return { asked: () => asked };
}
const open = () => showRoutes([{ path: "/platform/engines", element: <EnginesPage /> }], "/platform/engines");
const row = (name: RegExp) => screen.getByRole("row", { name });

beforeEach(() => loadWords("engines"));
afterEach(() => vi.useRealTimers());

test("says of every engine what it is and how it fares, and that all is well", async () => {
  answered(well);
  open();
  expect(await screen.findByText("All well")).toBeInTheDocument();
  expect(row(/Database MySQL 9\.7\.0/)).toHaveTextContent("Answers");
  expect(row(/Events Kafka, 1 broker/)).toHaveTextContent("2 ms");
  expect(row(/webhooks\.telling/)).toHaveTextContent("Flows");
  const jobs = within(screen.getByRole("table", { name: "Queues" })).getByRole("row", { name: /Jobs/ });
  expect(jobs).toHaveTextContent("Flows");
});

test("says which workers run, and warns when none does", async () => {
  answered(well);
  const { unmount } = open();
  expect(await screen.findByRole("row", { name: /worker-1:12/ })).toHaveTextContent("Runs");
  expect(row(/worker-2:9/)).toHaveTextContent("Not heard of");
  expect(screen.queryByText("No worker runs")).not.toBeInTheDocument();
  unmount();
  const gone = { ...well, queues: { ...queues, workers: [] } };
  answered(gone);
  open();
  expect(await screen.findByText("No worker runs")).toBeInTheDocument();
  expect(toLookAt(gone)).toBe(1);
});

test("says why an engine is away, what was the matter before, what is late and what waits for a person", async () => {
  answered({
    ...well,
    engines: [
      { ...engine("bus", ""), kind: "Kafka", state: "away", why: "no answer within 2 s" },
      {
        ...engine("search", "OpenSearch 2.19.1"),
        last_trouble: { error: "connection refused", at: "2026-11-16T07:00:00Z" },
      },
    ],
    queues: {
      ...queues,
      outbox: { ...idle, waiting: 1200, oldest_seconds: 150 },
      jobs: { waiting: 2, oldest_seconds: 3, retried: 1, given_up: 3 },
    },
    groups: [{ name: "indexing.keep", waiting: null, oldest_seconds: null, parked: 0 }],
  });
  open();
  expect(await screen.findByText("3 things to look at")).toBeInTheDocument();
  expect(row(/Events Kafka/)).toHaveTextContent(/no answer within 2 s.*Does not answer/);
  expect(row(/Search OpenSearch/)).toHaveTextContent(/Last trouble .*: connection refused/);
  expect(row(/Events for the bus/)).toHaveTextContent(/1,200.*2 minutes.*Late/);
  expect(row(/Jobs/)).toHaveTextContent("3 for a person");
  expect(row(/indexing\.keep/)).toHaveTextContent("Not known");
});

test("shows the engines while the database says nothing of what waits", async () => {
  answered({ ...well, queues: null });
  open();
  expect(await screen.findByText("What waits is not known")).toBeInTheDocument();
  expect(row(/Cache Redis/)).toBeInTheDocument();
});

test("asks again every five seconds, keeps what it showed when that fails, and goes on by itself", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const heard = answered(well, 403, { ...well, at: "2026-11-16T10:05:00Z" });
  open();
  expect(await screen.findByText("All well")).toBeInTheDocument();
  expect(heard.asked()).toBe(1);
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(await screen.findByText("This could not be read again")).toBeInTheDocument();
  expect(row(/Database MySQL/)).toBeInTheDocument();
  await act(() => vi.advanceTimersByTimeAsync(5000));
  await vi.waitFor(() => expect(screen.queryByText("This could not be read again")).not.toBeInTheDocument());
  expect(heard.asked()).toBe(3);
});

test("says in the server's words what could not be loaded, and tries again", async () => {
  answered(403, 403, well);
  const { person } = open();
  expect(await screen.findByText("Not yours.")).toBeInTheDocument();
  await person.click(screen.getByRole("button", { name: /again/i }));
  await person.click(await screen.findByRole("button", { name: /again/i }));
  expect(await screen.findByText("All well")).toBeInTheDocument();
});

test("what an endpoint of others refused is no matter of the platform's, wrong books are", () => {
  expect(flowOfQueue("webhooks", { ...idle, oldest_seconds: 90_000, given_up: 4 })).toBe("flows");
  expect(flowOfQueue("letters", { ...idle, oldest_seconds: 301 })).toBe("late");
  const books = { verified_at: null, wrong: 2, unsealed_seconds: null };
  expect(toLookAt({ ...well, queues: { ...queues, books } })).toBe(1);
});
