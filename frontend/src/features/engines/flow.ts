import type { EnginesOut, GroupOut, QueueOut, QueuesOut } from "@/shared/api/generated/model";
import type { Flow } from "./looks";

export const QUEUES = ["outbox", "letters", "webhooks", "jobs"] as const;
export type QueueName = Exclude<keyof QueuesOut, "books" | "workers">;

/** From how many seconds on the oldest has waited too long; what others' endpoints refuse waits for days, and is their owners' matter. */
const LATE: Record<QueueName | "group", number> = {
  outbox: 60,
  group: 60,
  jobs: 60,
  letters: 300,
  webhooks: Infinity,
};

export function flowOfQueue(name: QueueName, queue: QueueOut): Flow {
  if (queue.given_up > 0 && name !== "webhooks") return queue.given_up;
  return (queue.oldest_seconds ?? 0) > LATE[name] ? "late" : "flows";
}

export function flowOfGroup(group: GroupOut): Flow {
  if (group.parked) return group.parked;
  if (group.waiting === null) return "unknown";
  return (group.oldest_seconds ?? 0) > LATE.group ? "late" : "flows";
}

/** How many engines and queues somebody should look at; that nobody works is one more. */
export function toLookAt({ engines, queues, groups }: EnginesOut): number {
  const flows = [
    ...(queues ? QUEUES.map((name) => flowOfQueue(name, queues[name])) : []),
    ...groups.map(flowOfGroup),
  ];
  return (
    engines.filter((engine) => engine.state !== "up").length +
    flows.filter((flow) => flow !== "flows" && flow !== "unknown").length +
    (queues && queues.books.wrong > 0 ? 1 : 0) +
    (queues && !queues.workers.some((worker) => worker.runs) ? 1 : 0)
  );
}
