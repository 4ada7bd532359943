import { CircleCheck, DatabaseZap, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type {
  BooksOut,
  EngineOut,
  EnginesOut,
  GroupOut,
  QueuesOut,
  WorkerOut,
} from "@/shared/api/generated/model";
import { useListEngines } from "@/shared/api/generated/watching/watching";
import { useFormat } from "@/shared/format";
import { Card, Chip, EmptyState, Fact, Facts, LoadError, Notice, PageHead, SkeletonText } from "@/shared/kit";
import { flowOfGroup, flowOfQueue, QUEUES, toLookAt } from "./flow";
import { EngineState, FlowState, useDuration, WorkerState } from "./looks";
import { PlainTable } from "./PlainTable";

const EVERY = 5000;

/** What the installation runs on, what waits where and for how long; asked again while somebody looks. */
export function EnginesPage() {
  const { t } = useTranslation("engines");
  const { time } = useFormat();
  const seen = useListEngines({ query: { refetchInterval: EVERY, staleTime: 0 } });
  const at = seen.data && time(seen.data.at);
  return (
    <>
      <PageHead
        title={t("title")}
        lead={at && t("lead", { time: at })}
        chip={seen.data && <Standing seen={seen.data} />}
      />
      {seen.isPending && (
        <Card>
          <SkeletonText lines={6} />
        </Card>
      )}
      {seen.isError && !seen.data && <LoadError problem={seen.error} onRetry={seen.refetch} />}
      {seen.isError && seen.data && (
        <div className="mb-4">
          <Notice tone="warning" title={t("stale_title")}>
            {t("stale", { time: at })}
          </Notice>
        </div>
      )}
      {seen.data && (
        <div className="grid gap-4">
          <Engines engines={seen.data.engines} />
          {seen.data.queues ? <Queues queues={seen.data.queues} /> : <Unknown />}
          <Groups groups={seen.data.groups} />
          {seen.data.queues && <Workers workers={seen.data.queues.workers} />}
          {seen.data.queues && <Books books={seen.data.queues.books} />}
        </div>
      )}
    </>
  );
}

function Standing({ seen }: { seen: EnginesOut }) {
  const { t } = useTranslation("engines");
  const { number } = useFormat();
  const count = toLookAt(seen);
  return count === 0 ? (
    <Chip tone="positive" icon={<CircleCheck aria-hidden />}>
      {t("well")}
    </Chip>
  ) : (
    <Chip tone="warning" icon={<TriangleAlert aria-hidden />}>
      {t("look", { count, n: number(count) })}
    </Chip>
  );
}

function Engines({ engines }: { engines: readonly EngineOut[] }) {
  const { t } = useTranslation("engines");
  const { number } = useFormat();
  return (
    <Card flush>
      <PlainTable
        label={t("title")}
        rows={engines}
        rowKey={(engine) => engine.name}
        columns={[
          { id: "engine", header: t("engine"), cell: (engine) => <Engine engine={engine} /> },
          {
            id: "answered",
            header: t("answered_in"),
            align: "end",
            wide: true,
            cell: ({ state, answered_in_ms: ms }) =>
              state === "away" ? t("nothing") : t("ms", { ms: number(ms) }),
          },
          {
            id: "state",
            header: t("state"),
            align: "end",
            cell: (engine) => <EngineState state={engine.state} />,
          },
        ]}
      />
    </Card>
  );
}

function Engine({ engine }: { engine: EngineOut }) {
  const { t } = useTranslation("engines");
  const { relative } = useFormat();
  const last = engine.last_trouble;
  return (
    <>
      <span className="font-semibold">{t(`engine_${engine.name}`)}</span>{" "}
      <bdi className="text-muted">{engine.version || engine.kind}</bdi>
      {engine.why && (
        <span className="block text-sm break-words text-negative">
          <bdi>{engine.why}</bdi>
        </span>
      )}
      {last && last.error !== engine.why && (
        <span className="block text-sm text-muted">
          {t("last_trouble", { when: relative(last.at) })} <bdi className="break-words">{last.error}</bdi>
        </span>
      )}
    </>
  );
}

function Queues({ queues }: { queues: QueuesOut }) {
  const { t } = useTranslation("engines");
  const { number } = useFormat();
  const duration = useDuration();
  return (
    <Card flush title={t("queues")}>
      <PlainTable
        label={t("queues")}
        rows={QUEUES}
        rowKey={(name) => name}
        columns={[
          { id: "queue", header: t("queue"), cell: (name) => t(`queue_${name}`) },
          {
            id: "waiting",
            header: t("waiting"),
            align: "end",
            cell: (name) => <Waiting waiting={queues[name].waiting} oldest={queues[name].oldest_seconds} />,
          },
          {
            id: "oldest",
            header: t("oldest"),
            align: "end",
            wide: true,
            cell: (name) => duration(queues[name].oldest_seconds),
          },
          {
            id: "retried",
            header: t("retried"),
            align: "end",
            wide: true,
            cell: (name) => numberOr(queues[name].retried),
          },
          {
            id: "given_up",
            header: t("given_up"),
            align: "end",
            wide: true,
            cell: (name) => number(queues[name].given_up),
          },
          {
            id: "state",
            header: t("state"),
            align: "end",
            cell: (name) => <FlowState flow={flowOfQueue(name, queues[name])} />,
          },
        ]}
      />
    </Card>
  );

  function numberOr(value: number | null | undefined): string {
    return typeof value === "number" ? number(value) : t("nothing");
  }
}

/** How many; on a phone, where there is no column for it, with the age of the oldest below. */
function Waiting({ waiting, oldest }: { waiting: number | null; oldest: number | null }) {
  const { t } = useTranslation("engines");
  const { number } = useFormat();
  const duration = useDuration();
  return (
    <>
      {waiting === null ? t("nothing") : number(waiting)}
      {oldest !== null && <span className="block text-sm text-muted sm:hidden">{duration(oldest)}</span>}
    </>
  );
}

function Unknown() {
  const { t } = useTranslation("engines");
  return (
    <Card title={t("queues")}>
      <EmptyState icon={<DatabaseZap />} title={t("queues_unknown_title")}>
        {t("queues_unknown")}
      </EmptyState>
    </Card>
  );
}

function Groups({ groups }: { groups: readonly GroupOut[] }) {
  const { t } = useTranslation("engines");
  const { number } = useFormat();
  const duration = useDuration();
  const numberOr = (value: number | null) => (value === null ? t("nothing") : number(value));
  return (
    <Card flush title={t("groups")}>
      <PlainTable
        label={t("groups")}
        rows={groups}
        rowKey={(group) => group.name}
        columns={[
          {
            id: "group",
            header: t("group"),
            cell: (group) => <bdi className="font-mono text-xs break-all">{group.name}</bdi>,
          },
          {
            id: "waiting",
            header: t("waiting"),
            align: "end",
            cell: (group) => <Waiting waiting={group.waiting} oldest={group.oldest_seconds} />,
          },
          {
            id: "oldest",
            header: t("oldest"),
            align: "end",
            wide: true,
            cell: (group) => duration(group.oldest_seconds),
          },
          {
            id: "parked",
            header: t("parked"),
            align: "end",
            wide: true,
            cell: (group) => numberOr(group.parked),
          },
          {
            id: "state",
            header: t("state"),
            align: "end",
            cell: (group) => <FlowState flow={flowOfGroup(group)} />,
          },
        ]}
      />
    </Card>
  );
}

function Workers({ workers }: { workers: readonly WorkerOut[] }) {
  const { t } = useTranslation("engines");
  const { relative } = useFormat();
  return (
    <Card flush={workers.length > 0} title={t("workers")}>
      {!workers.some((worker) => worker.runs) && (
        <div className={workers.length > 0 ? "p-4" : undefined}>
          <Notice tone="warning" title={t("no_worker_title")}>
            {t("no_worker")}
          </Notice>
        </div>
      )}
      {workers.length > 0 && (
        <PlainTable
          label={t("workers")}
          rows={workers}
          rowKey={(worker) => worker.name}
          columns={[
            {
              id: "worker",
              header: t("worker"),
              cell: (worker) => <bdi className="font-mono text-xs break-all">{worker.name}</bdi>,
            },
            {
              id: "since",
              header: t("since"),
              align: "end",
              wide: true,
              cell: (worker) => relative(worker.started_at),
            },
            {
              id: "seen",
              header: t("seen"),
              align: "end",
              wide: true,
              cell: (worker) => relative(worker.seen_at),
            },
            {
              id: "state",
              header: t("state"),
              align: "end",
              cell: (worker) => <WorkerState runs={worker.runs} />,
            },
          ]}
        />
      )}
    </Card>
  );
}

function Books({ books }: { books: BooksOut }) {
  const { t } = useTranslation("engines");
  const { number, relative } = useFormat();
  const duration = useDuration();
  return (
    <Card title={t("books")}>
      <Facts className="-my-2">
        <Fact name={t("verified")}>{books.verified_at ? relative(books.verified_at) : t("never")}</Fact>
        <Fact name={t("wrong")}>
          {books.wrong > 0 ? <FlowState flow={books.wrong} /> : number(books.wrong)}
        </Fact>
        <Fact name={t("unsealed")}>{duration(books.unsealed_seconds)}</Fact>
      </Facts>
    </Card>
  );
}
