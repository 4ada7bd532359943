import { useTranslation } from "react-i18next";
import type { WhereOut } from "../api/generated/model";
import { Sankey, type SankeyFlow } from "../kit";

const TONES: Record<string, NonNullable<SankeyFlow["tone"]>> = {
  tax: "warning",
  seller: "positive",
  reserve: "info",
  debt: "info",
  refund: "negative",
};

interface WhereMoneyIsProps {
  where: WhereOut;
  currency: string;
  /** None of it has been taken from the buyer yet. */
  toCome?: boolean;
}

/** The order's money as a stream: from the buyer into escrow, and out of it. */
export function WhereMoneyIs({ where, currency, toCome = false }: WhereMoneyIsProps) {
  const { t } = useTranslation("ledger");
  const nodes = new Map(where.nodes.map((node) => [node.id, node]));
  const label = (id: string) => {
    const node = nodes.get(id);
    if (node?.kind === "seller") return node.name;
    return t(toCome && id === "buyer" ? "node.buyer_to_pay" : `node.${id}`);
  };
  const flows = merged(where).map((link) => ({
    from: label(link.from),
    to: label(link.to),
    amount: link.amount.amount,
    tone: TONES[nodes.get(link.to)?.kind ?? ""] ?? ("accent" as const),
  }));
  return <Sankey label={t("where")} currency={currency} flows={flows} />;
}

const ORDER = ["escrow", "tax", "seller", "reserve", "debt", "commission", "refund"];

/** One ribbon between two places, however many sellers send through it; sellers on top, what went back below. */
function merged({ links, nodes }: WhereOut): WhereOut["links"] {
  const kinds = new Map(nodes.map(({ id, kind }) => [id, ORDER.indexOf(kind)]));
  const sums = new Map<string, WhereOut["links"][number]>();
  for (const link of links) {
    const key = `${link.from} ${link.to}`;
    const amount = link.amount.amount + (sums.get(key)?.amount.amount ?? 0);
    sums.set(key, { ...link, amount: { ...link.amount, amount } });
  }
  return [...sums.values()].sort((a, b) => (kinds.get(a.to) ?? 0) - (kinds.get(b.to) ?? 0));
}
