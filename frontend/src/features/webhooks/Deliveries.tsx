import { Inbox, RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { WebhookDeliveryOut, DeliveryState as State, WebhookOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, CopyId, EmptyState, PagedTable, Tabs, useCursor, type Column } from "@/shared/kit";
import { useFilter } from "@/shared/useFilter";
import { useDeliveries, useEndpoints } from "./api";
import { DeliveryDrawer } from "./DeliveryDrawer";
import { DeliveryState, useEventWords } from "./looks";
import { ReplayDialog } from "./ReplayDialog";

const STATES: State[] = ["delivered", "pending", "failed", "given_up"];

/** What was sent there in the last 30 days, the newest first. */
export function Deliveries({ one }: { one: WebhookOut }) {
  const { t } = useTranslation("webhooks");
  const { cursor, next, onPrevious, reset } = useCursor();
  const [state, setState] = useFilter("state", reset);
  const [opened, setOpened] = useFilter("event");
  const [replaying, setReplaying] = useState(false);
  const deliveries = useDeliveries(one.id, {
    limit: 25,
    ...(state ? { state: [state as State] } : {}),
    ...(cursor ? { cursor } : {}),
  });
  const paused = one.state === "disabled";
  const columns = useColumns(setOpened, paused);
  const mayReplay = useEndpoints().data?.refused_with === null && !paused;
  return (
    <Card
      flush
      title={t("deliveries")}
      aside={
        mayReplay && (
          <Button size="sm" onClick={() => setReplaying(true)}>
            <RotateCcw className="flip-rtl" />
            {t("replay_failed")}
          </Button>
        )
      }
    >
      <Tabs
        label={t("which")}
        value={state || "all"}
        onChange={(value) => setState(value === "all" ? "" : value)}
        tabs={[
          { value: "all", label: t("all") },
          ...STATES.map((value) => ({ value, label: t(`state_${value}`) })),
        ]}
      />
      <PagedTable
        pages={deliveries}
        next={next}
        onPrevious={onPrevious}
        label={t("deliveries")}
        columns={columns}
        rowKey={(row) => row.id}
        onOpen={(row) => setOpened(row.id)}
        empty={
          <EmptyState icon={<Inbox />} title={t(state ? "none_so_title" : "no_deliveries_title")}>
            {t(state ? "none_so" : "no_deliveries")}
          </EmptyState>
        }
      />
      {opened && (
        <DeliveryDrawer
          key={opened}
          endpointId={one.id}
          eventId={opened}
          mayReplay={mayReplay}
          paused={paused}
          onClose={() => setOpened("")}
        />
      )}
      {replaying && <ReplayDialog endpointId={one.id} onClose={() => setReplaying(false)} />}
    </Card>
  );
}

function useColumns(onOpen: (event: string) => void, paused: boolean): Column<WebhookDeliveryOut>[] {
  const { t } = useTranslation("webhooks");
  const { dateTime, number } = useFormat();
  const words = useEventWords();
  return [
    {
      id: "event",
      header: t("event"),
      cell: (row) => (
        <>
          <button
            type="button"
            className="block text-start font-semibold underline-offset-4 hover:text-accent hover:underline"
            onClick={() => onOpen(row.id)}
          >
            {words(row.type)}
          </button>
          <CopyId id={row.id} className="text-muted" />
          <span className="mt-1.5 block sm:hidden">
            <DeliveryState state={row.state} paused={paused} />
          </span>
        </>
      ),
    },
    {
      id: "when",
      header: t("when"),
      from: "md",
      cell: (row) => <span className="figures whitespace-nowrap text-muted">{dateTime(row.created_at)}</span>,
    },
    {
      id: "answer",
      header: t("answer"),
      align: "end",
      cell: (row) => row.last_status ?? (row.attempts > 0 ? t("no_answer") : "–"),
    },
    { id: "attempts", header: t("attempts"), from: "lg", align: "end", cell: (row) => number(row.attempts) },
    {
      id: "state",
      header: t("state"),
      from: "sm",
      align: "end",
      cell: (row) => <DeliveryState state={row.state} paused={paused} />,
    },
  ];
}
