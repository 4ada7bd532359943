import { useTranslation } from "react-i18next";
import type { WebhookDeliveryOut, WebhookOut } from "@/shared/api/generated/model";
import { Chip, type StateTone } from "@/shared/kit";

const TONES: Record<WebhookDeliveryOut["state"], StateTone> = {
  pending: "info",
  delivered: "positive",
  failed: "warning",
  given_up: "negative",
};

/** How far it is; while its endpoint is disabled, what would be sent is kept. */
export function DeliveryState({ state, paused }: { state: WebhookDeliveryOut["state"]; paused: boolean }) {
  const { t } = useTranslation("webhooks");
  if (paused && (state === "pending" || state === "failed")) return <Chip>{t("state_kept")}</Chip>;
  return <Chip tone={TONES[state]}>{t(`state_${state}`)}</Chip>;
}

/** Whether it is sent to, and if so, whether that goes well. */
export function EndpointState({ one }: { one: Pick<WebhookOut, "state" | "reason" | "failures"> }) {
  const { t } = useTranslation("webhooks");
  if (one.state === "disabled")
    return <Chip tone={one.reason === "asked" ? "neutral" : "negative"}>{t("disabled")}</Chip>;
  return one.failures > 0 ? (
    <Chip tone="warning">{t("failing")}</Chip>
  ) : (
    <Chip tone="positive">{t("enabled")}</Chip>
  );
}

/** What a type of event is called; its own name where there are no words for it. */
export function useEventWords(): (type: string) => string {
  const { t, i18n } = useTranslation("webhooks");
  return (type) => {
    const key = `event_${type.replaceAll(".", "_")}`;
    return i18n.exists(`webhooks:${key}`) ? t(key as "event_webhooks_test_v1") : type;
  };
}
