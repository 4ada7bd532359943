import { useTranslation } from "react-i18next";
import type { DisputeOut } from "@/shared/api/generated/model";
import { Chip, type StateTone } from "@/shared/kit";

export const STATES = ["open", "won", "lost"] as const;

const TONES: Record<DisputeOut["state"], StateTone> = { open: "warning", won: "positive", lost: "negative" };

/** How a dispute stands. */
export function DisputeState({ state }: { state: DisputeOut["state"] }) {
  const { t } = useTranslation("disputes");
  return <Chip tone={TONES[state]}>{t(`state_${state}`)}</Chip>;
}

/** What the bank says, in words where there are some for it. */
export function useReason(): (reason: string) => string {
  const { t } = useTranslation("disputes");
  return (reason) => t(`reason_${reason}`, { defaultValue: reason.replaceAll("_", " ") });
}
