import {
  Check,
  CircleHelp,
  Hourglass,
  Lock,
  Send,
  ShieldQuestion,
  TriangleAlert,
  Undo2,
  X,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { FinancePaymentFullOut, PaymentEventOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { CopyId, type TimelineItem } from "@/shared/kit";

type Mark = { icon: ReactNode; tone?: NonNullable<TimelineItem["tone"]> };

const SAID: Record<string, Mark> = {
  captured: { icon: <Check />, tone: "positive" },
  authorised: { icon: <Lock />, tone: "positive" },
  awaited: { icon: <Hourglass />, tone: "neutral" },
  action_required: { icon: <ShieldQuestion />, tone: "warning" },
  unknown: { icon: <CircleHelp />, tone: "warning" },
  declined: { icon: <X />, tone: "negative" },
  voided: { icon: <X /> },
  expired: { icon: <TriangleAlert />, tone: "negative" },
  refund: { icon: <Undo2 /> },
  refunded: { icon: <Undo2 />, tone: "warning" },
  refund_refused: { icon: <TriangleAlert />, tone: "negative" },
};

/** The payment's events as the kit shows them: questions, answers, and what is due. */
export function useItems(payment: FinancePaymentFullOut): TimelineItem[] {
  const { t } = useTranslation("payments");
  const { money } = useFormat();
  const isLater = payment.method !== "card";
  return payment.events.map((event, place) => {
    const amount = event.amount ? money(event.amount) : "";
    const mark: Mark = event.expected
      ? { icon: <Hourglass /> }
      : event.who === "velora" && !isLater
        ? { icon: <Send className="flip-rtl" />, tone: "accent" }
        : (SAID[event.what] ?? { icon: <CircleHelp /> });
    return {
      id: String(place),
      title: t(`${prefix(event, isLater)}_${event.what}`, { amount, defaultValue: event.what }),
      detail: event.expected
        ? t(`next_text_${event.what}`, { defaultValue: "" })
        : isLater
          ? undefined
          : t(event.who === "velora" ? "who_velora" : "who_gateway"),
      at: event.at,
      due: event.expected,
      ...mark,
      children: <Evidence event={event} />,
    };
  });
}

/** Of what is paid past the gateway nobody asks and nobody answers: it only happens. */
function prefix(event: PaymentEventOut, isLater: boolean): string {
  if (event.expected) return "next";
  if (isLater) return "later";
  return event.who === "velora" ? "ask" : "said";
}

/** Under which key it was asked, by which reference the gateway knows it, and its own word for why not. */
function Evidence({ event }: { event: PaymentEventOut }) {
  const { t } = useTranslation("payments");
  const facts = [
    { name: t("key"), value: event.key },
    { name: t("reference"), value: event.ref },
  ].filter(({ value }) => value);
  if (facts.length === 0 && !event.reason) return null;
  return (
    <dl className="mt-2 grid gap-1 rounded-lg border bg-surface px-3.5 py-2.5 text-sm">
      {event.reason && (
        <div className="flex flex-wrap justify-between gap-x-4">
          <dt className="text-muted">{t("reason")}</dt>
          <dd>
            {t(`reason_${event.reason}`, { defaultValue: "" })}{" "}
            <code dir="ltr" className="font-mono text-xs text-muted">
              {event.reason}
            </code>
          </dd>
        </div>
      )}
      {facts.map(({ name, value }) => (
        <div key={name} className="flex flex-wrap justify-between gap-x-4">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0">
            <CopyId id={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
