import { useMutation } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/shared/api";
import type { WebhookAttemptOut, WebhookDeliveryFullOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Button,
  Chip,
  CopyId,
  Drawer,
  Fact,
  Facts,
  LoadError,
  Notice,
  SkeletonText,
  toast,
} from "@/shared/kit";
import { useAskAnew, useDelivery, useDesk } from "./api";
import { DeliveryState, useEventWords } from "./looks";

interface DeliveryDrawerProps {
  endpointId: string;
  eventId: string;
  mayReplay: boolean;
  /** Whether its endpoint is disabled. */
  paused: boolean;
  onClose: () => void;
}

/** One delivery: what is sent, and every request with its reply. */
export function DeliveryDrawer({ endpointId, eventId, mayReplay, paused, onClose }: DeliveryDrawerProps) {
  const { t } = useTranslation("webhooks");
  const desk = useDesk();
  const askAnew = useAskAnew();
  const words = useEventWords();
  const delivery = useDelivery(endpointId, eventId);
  const replay = useMutation<unknown, Problem>({
    mutationFn: () => desk.replay(endpointId, eventId),
    onSuccess: () => {
      askAnew();
      toast({ title: t("sent_again"), tone: "positive" });
    },
  });
  return (
    <Drawer
      open
      onClose={onClose}
      title={delivery.data ? words(delivery.data.delivery.type) : t("event")}
      footer={
        mayReplay &&
        delivery.data && (
          <Button className="w-full" busy={replay.isPending} onClick={() => replay.mutate()}>
            <RotateCcw className="flip-rtl" />
            {t("replay")}
          </Button>
        )
      }
    >
      {replay.isError && (
        <div className="mb-4">
          <Notice tone="negative" title={replay.error.detail || replay.error.message} />
        </div>
      )}
      {delivery.isPending && <SkeletonText lines={10} />}
      {delivery.isError && <LoadError problem={delivery.error} onRetry={delivery.refetch} />}
      {delivery.data && <Whole whole={delivery.data} paused={paused} />}
    </Drawer>
  );
}

function Whole({ whole, paused }: { whole: WebhookDeliveryFullOut; paused: boolean }) {
  const { delivery, body, attempts } = whole;
  const { t } = useTranslation("webhooks");
  const { instant } = useFormat();
  return (
    <div className="grid gap-6">
      <Facts className="-my-2">
        <Fact name={t("state")}>
          <DeliveryState state={delivery.state} paused={paused} />
        </Fact>
        <Fact name="webhook-id">
          <CopyId id={delivery.id} />
        </Fact>
        {delivery.next_at && !paused && <Fact name={t("next_try")}>{instant(delivery.next_at)}</Fact>}
      </Facts>
      <section>
        <h3 className="mb-2 font-semibold">{t("body")}</h3>
        <Code text={pretty(body)} />
      </section>
      <section>
        <h3 className="mb-2 font-semibold">{t("attempts")}</h3>
        {attempts.length === 0 ? (
          <p className="text-muted">{t("not_tried")}</p>
        ) : (
          <ol className="grid gap-3">
            {attempts.map((one, index) => (
              <li key={`${one.at}-${index}`}>
                <Attempt one={one} open={index === 0} />
              </li>
            ))}
          </ol>
        )}
      </section>
    </div>
  );
}

function Attempt({ one, open }: { one: WebhookAttemptOut; open: boolean }) {
  const { t } = useTranslation("webhooks");
  const { instant, number } = useFormat();
  const headers = Object.entries(one.request_headers);
  return (
    <details open={open} className="rounded-lg border">
      <summary className="flex cursor-pointer flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3 text-sm">
        <Chip tone={one.error ? "negative" : "positive"}>{one.status ?? t("no_answer")}</Chip>
        <span className="figures">{instant(one.at)}</span>
        <span className="figures text-muted">{t("took", { ms: number(one.duration_ms) })}</span>
      </summary>
      <div className="grid gap-3 border-t border-line px-4 py-3 text-sm">
        {one.error && (
          <p dir="ltr" className="text-start text-negative">
            {one.error}
          </p>
        )}
        {headers.length > 0 && (
          <div>
            <h4 className="mb-1 font-semibold">{t("request")}</h4>
            <Code text={headers.map(([name, value]) => `${name}: ${value}`).join("\n")} />
          </div>
        )}
        {one.status !== null && (
          <div>
            <h4 className="mb-1 font-semibold">{t("reply")}</h4>
            {one.reply ? <Code text={one.reply} /> : <p className="text-muted">{t("empty_reply")}</p>}
          </div>
        )}
      </div>
    </details>
  );
}

function Code({ text }: { text: string }) {
  return (
    <pre dir="ltr" className="rounded-lg bg-sunken p-3 font-mono text-xs break-all whitespace-pre-wrap">
      {text}
    </pre>
  );
}

/** JSON on several lines; what is none as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
