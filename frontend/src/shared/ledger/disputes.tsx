import { useTranslation } from "react-i18next";
import { Chip, type StateTone } from "../kit";

const TONES = { open: "warning", won: "positive", lost: "negative" } as const satisfies Record<
  string,
  StateTone
>;

export type DisputeStand = keyof typeof TONES;

/** How a dispute stands. */
export function DisputeState({ state }: { state: DisputeStand }) {
  const { state: word } = useDisputeWords();
  return <Chip tone={TONES[state]}>{word(state)}</Chip>;
}

/** How a dispute stands and what the bank says, in words where there are some for it. */
export function useDisputeWords() {
  const { t } = useTranslation("ledger");
  return {
    state: (state: DisputeStand) => t(`dispute_state.${state}`),
    reason: (reason: string) => t(`dispute_reason.${reason}`, { defaultValue: reason.replaceAll("_", " ") }),
  };
}
