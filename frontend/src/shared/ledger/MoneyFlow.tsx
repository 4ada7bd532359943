import { useTranslation } from "react-i18next";
import type { LegOut } from "../api/generated/model";
import { Sankey, type SankeyFlow } from "../kit";
import { head, useLedgerWords } from "./useLedgerWords";

const TONES: Record<string, NonNullable<SankeyFlow["tone"]>> = {
  "1": "info",
  "2": "accent",
  "4": "positive",
  "5": "negative",
  "9": "neutral",
};
const TAX = "2030";

/** A journal's postings as a picture: from the accounts on the left to those on the right, as wide as the amounts. */
export function MoneyFlow({ legs }: { legs: readonly LegOut[] }) {
  const { t } = useTranslation("ledger");
  const { whole } = useLedgerWords();
  const flows = new Map<string, SankeyFlow>();
  for (const { debit, credit, amount } of legs) {
    const key = `${debit.id} ${credit.id}`;
    const code = head(credit.code);
    flows.set(key, {
      from: whole(debit),
      to: whole(credit),
      amount: amount.amount + (flows.get(key)?.amount ?? 0),
      tone: code === TAX ? "warning" : (TONES[code[0] ?? ""] ?? "accent"),
    });
  }
  return (
    <Sankey
      roomy
      label={t("flow")}
      currency={legs[0]?.amount.currency ?? "EUR"}
      flows={[...flows.values()]}
    />
  );
}
