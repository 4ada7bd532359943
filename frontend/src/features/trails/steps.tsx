import type { TFunction } from "i18next";
import { Banknote, Hourglass, Lock, ReceiptText, TriangleAlert, Undo2, Unlock } from "lucide-react";
import type { ReactNode } from "react";
import type { StepOut, TrailOut } from "@/shared/api/generated/model";
import type { TrailEntry } from "@/shared/kit";

type Mark = { icon: ReactNode; tone?: NonNullable<TrailEntry["tone"]> };

const MARKS: Record<string, Mark> = {
  capture: { icon: <Lock />, tone: "positive" },
  gateway_fee: { icon: <ReceiptText /> },
  refund: { icon: <Undo2 />, tone: "warning" },
  refund_paid: { icon: <Undo2 />, tone: "warning" },
  refund_failed: { icon: <TriangleAlert />, tone: "negative" },
  release: { icon: <Unlock />, tone: "positive" },
  payout: { icon: <Banknote /> },
  payout_paid: { icon: <Banknote />, tone: "positive" },
  payout_failed: { icon: <TriangleAlert />, tone: "negative" },
};

/** The steps of a trail as the kit shows them; those still to come are due. */
export function entriesOf(trail: TrailOut, t: TFunction<"trails">): TrailEntry[] {
  return trail.steps.map((step, index) => ({
    id: step.journal_id ?? `expected-${index}`,
    title: step.title,
    detail: step.text,
    at: step.at ?? undefined,
    due: step.expected,
    ...(step.expected ? { icon: <Hourglass /> } : (MARKS[step.kind] ?? { icon: <ReceiptText /> })),
    ...(step.expected && !step.at ? { when: t("when_delivered") } : {}),
    postings: step.postings.map((posting, line) => ({
      id: String(line),
      from: placeName(posting.debit),
      to: placeName(posting.credit),
      money: posting.amount,
    })),
  }));
}

/** "2010 Escrow · Nordlauf": the code's head, for whoever reads codes, and the words, for everybody. */
function placeName({ code, name, sub_label }: StepOut["postings"][number]["debit"]): string {
  const head = `${code.split(":")[0] ?? code} ${name}`;
  return sub_label ? `${head} · ${sub_label}` : head;
}
