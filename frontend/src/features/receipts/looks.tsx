import { useTranslation } from "react-i18next";
import type { ReceiptOut } from "@/shared/api/generated/model";
import { Chip, type StateTone } from "@/shared/kit";

const TONES: Record<ReceiptOut["state"], StateTone> = {
  open: "warning",
  awaiting_second: "info",
  kept: "info",
  giving_back: "info",
  settled: "positive",
};

/** What became of a receipt: settled ones say how. */
export function ReceiptState({ receipt }: { receipt: ReceiptOut }) {
  const { t } = useTranslation("receipts");
  const name =
    receipt.state === "settled" ? `settled_${receipt.settlement ?? "take"}` : `state_${receipt.state}`;
  return <Chip tone={TONES[receipt.state]}>{t(name)}</Chip>;
}
