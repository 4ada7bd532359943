import { Banknote, Hourglass, Landmark, Lock, ReceiptText, TriangleAlert, Undo2, Unlock } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { StepOut, StepReleaseOut, TrailOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import type { TrailEntry } from "@/shared/kit";
import { useLedgerWords } from "@/shared/ledger";

type Mark = { icon: ReactNode; tone?: NonNullable<TrailEntry["tone"]> };

const MARKS: Record<string, Mark> = {
  authorisation: { icon: <Landmark /> },
  authorisation_ended: { icon: <Undo2 /> },
  awaited: { icon: <Hourglass /> },
  awaited_lowered: { icon: <Undo2 /> },
  awaited_ended: { icon: <Undo2 /> },
  capture: { icon: <Lock />, tone: "positive" },
  gateway_fee: { icon: <ReceiptText /> },
  refund: { icon: <Undo2 />, tone: "warning" },
  refund_paid: { icon: <Undo2 />, tone: "warning" },
  refund_failed: { icon: <TriangleAlert />, tone: "negative" },
  dispute_opened: { icon: <Landmark />, tone: "warning" },
  dispute_won: { icon: <Landmark />, tone: "positive" },
  dispute_lost: { icon: <TriangleAlert />, tone: "negative" },
  release: { icon: <Unlock />, tone: "positive" },
  payout: { icon: <Banknote /> },
  payout_paid: { icon: <Banknote />, tone: "positive" },
  payout_failed: { icon: <TriangleAlert />, tone: "negative" },
};

/** The steps of a trail as the kit shows them; those still to come are due. */
export function useEntries(trail: TrailOut): TrailEntry[] {
  const { t } = useTranslation("trails");
  const { coded } = useLedgerWords();
  const words = useWords(trail);
  return trail.steps.map((step, index) => ({
    id: step.journal_id ?? `expected-${index}`,
    ...words(step),
    at: step.at ?? undefined,
    due: step.expected,
    ...(step.expected ? { icon: <Hourglass /> } : (MARKS[step.kind] ?? { icon: <ReceiptText /> })),
    ...(step.expected && !step.at ? { when: t(whenOf(step, trail)) } : {}),
    postings: step.postings.map((posting, line) => ({
      id: String(line),
      from: coded(posting.debit),
      to: coded(posting.credit),
      money: posting.amount,
    })),
  }));
}

/** What an expected step without a day of its own waits for. */
function whenOf({ kind }: StepOut, { payment }: TrailOut): string {
  if (kind !== "capture") return "when_delivered";
  return payment.method === "card" ? "when_shipped" : "when_comes";
}

/** What a step is called, and what there is to say of it. */
function useWords(trail: TrailOut) {
  const { t } = useTranslation("trails");
  const { money } = useFormat();
  const { journal } = useLedgerWords();
  const terms = useTerms();
  const several = trail.sellers.length > 1;
  return ({ kind, expected, reason, refund, release }: StepOut): { title: string; detail?: string } => {
    if (refund)
      return {
        title: refund.cancelled ? t("refund_cancelled") : t("refund_of", { count: refund.pieces }),
        detail: refund.answered ? t("refund_text") : t("refund_waiting"),
      };
    if (release)
      return {
        title: several ? t("released_to", { seller: release.seller }) : journal(kind),
        detail: terms(release),
      };
    if (kind === "authorisation") return { title: journal(kind), detail: t("authorisation_text") };
    if (kind === "authorisation_ended")
      return { title: journal(kind), detail: t("authorisation_ended_text") };
    if (kind === "awaited")
      return { title: journal(kind), detail: t(`awaited_text_${trail.payment.method}`) };
    if (kind === "awaited_lowered" || kind === "awaited_ended")
      return { title: journal(kind), detail: t(`${kind}_text`) };
    if (kind === "capture" && trail.payment.method !== "card")
      return { title: journal(kind), ...(expected ? { detail: t("capture_later_text") } : {}) };
    if (kind === "capture")
      return {
        title: journal(kind),
        detail: expected
          ? t("capture_to_be_text", { name: trail.tenant.name })
          : t("capture_text", { name: trail.tenant.name, total: money(trail.totals.charged) }),
      };
    if (kind === "gateway_fee") return { title: journal(kind), detail: t("gateway_fee_text") };
    if (kind === "refund_failed")
      return {
        title: journal(kind),
        detail: reason ? t("refund_failed_why", { reason }) : t("refund_failed_text"),
      };
    return { title: journal(kind) };
  };
}

/** "14 days after delivery · commission 10% of €80.00 · reserve 10%" */
function useTerms() {
  const { t } = useTranslation("trails");
  const { money, percent, joined } = useFormat();
  return ({ base, commission, escrow_days, fixed, rate_bps, reserve_bps, waits_for }: StepReleaseOut) => {
    const rate =
      rate_bps !== null &&
      [percent(rate_bps / 10_000), fixed && fixed.amount > 0 && money(fixed)].filter(Boolean).join(" + ");
    return joined([
      waits_for && t(`waits_for_${waits_for}`, { count: escrow_days }),
      rate
        ? t("commission_of", { rate, base: money(base) })
        : t("commission_is", { amount: money(commission) }),
      reserve_bps > 0 && t("reserve_of", { rate: percent(reserve_bps / 10_000) }),
    ]);
  };
}
