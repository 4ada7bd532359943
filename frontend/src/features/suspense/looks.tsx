import {
  Banknote,
  CircleCheck,
  CircleHelp,
  CircleX,
  Clock,
  HandCoins,
  Inbox,
  Send,
  UserCheck,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { DeskItemOut } from "@/shared/api/generated/model";
import { Chip, type StateTone, type TimelineItem } from "@/shared/kit";

const TONES: Record<DeskItemOut["state"], StateTone> = {
  open: "warning",
  awaiting_second: "info",
  kept: "info",
  giving_back: "info",
  settled: "positive",
};

export function CaseState({ state }: { state: DeskItemOut["state"] }) {
  const { t } = useTranslation("suspense");
  return <Chip tone={TONES[state]}>{t(`state_${state}`)}</Chip>;
}

type Look = { icon: ReactNode; tone: NonNullable<TimelineItem["tone"]> };

const ASKED: Look = { icon: <Send />, tone: "neutral" };
const WAITS: Look = { icon: <Clock />, tone: "info" };
const AGREED: Look = { icon: <UserCheck />, tone: "positive" };
const ENDED: Look = { icon: <CircleX />, tone: "neutral" };
const DONE: Look = { icon: <CircleCheck />, tone: "positive" };
const REFUSED: Look = { icon: <CircleX />, tone: "negative" };
const UNKNOWN: Look = { icon: <CircleHelp />, tone: "warning" };

const LOOKS: Record<string, Look> = {
  "suspense.opened": { icon: <Inbox />, tone: "warning" },
  "suspense.asked": ASKED,
  "suspense.give_back": { icon: <HandCoins />, tone: "info" },
  "suspense.write_off": { icon: <Banknote />, tone: "positive" },
  "suspense.credit": DONE,
  "suspense.take": WAITS,
  "suspense.taken": DONE,
  "suspense.let_go": ENDED,
  "suspense.split_off": { icon: <Inbox />, tone: "warning" },
  "suspense.given_back": DONE,
  "suspense.back_refused": REFUSED,
  "approvals.requested": WAITS,
  "approvals.approved": AGREED,
  "approvals.done": AGREED,
  "approvals.rejected": ENDED,
  "approvals.withdrawn": ENDED,
  "approvals.expired": ENDED,
  "payment.asked": ASKED,
  "payment.unknown": UNKNOWN,
  "payment.action_required": WAITS,
  "payment.captured": DONE,
  "payment.declined": REFUSED,
  "payment.voided": ENDED,
  "refund.asked": ASKED,
  "refund.succeeded": DONE,
  "refund.failed": REFUSED,
};

/** How a step looks; one that this version does not know looks like a question. */
export const lookOf = (what: string): Look => LOOKS[what] ?? UNKNOWN;
