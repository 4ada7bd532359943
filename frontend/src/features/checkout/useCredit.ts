import { useState } from "react";
import { useReadCredit } from "@/shared/api/generated/account/account";
import { useMe } from "@/shared/api/generated/identity/identity";
import type { MoneyOut } from "@/shared/api/generated/model";

export type CreditChoice = ReturnType<typeof useCredit>;

/** How much of the total the buyer's store credit in its currency pays: nothing until it is wished, then as much as it can, or less. */
export function useCredit(total: MoneyOut | undefined) {
  const known = Boolean(useMe().data?.account);
  const there = useReadCredit(total && { currency: total.currency }, {
    query: { enabled: known && total !== undefined },
  });
  const [on, turn] = useState(false);
  /** What was typed instead of the most; null while it is no amount. */
  const [chosen, setChosen] = useState<MoneyOut | null>();
  const free = there.data?.free ?? { amount: 0, currency: total?.currency ?? "" };
  const amount = total ? Math.min(free.amount, total.amount) : 0;
  const most = amount > 0 ? { ...free, amount } : undefined;
  const typed = chosen === null ? undefined : (chosen ?? most);
  const wrong = on && (!typed || typed.amount < 1 || typed.amount > amount);
  const used = on && most && typed && !wrong ? typed : undefined;
  const rest = total && used ? { ...total, amount: total.amount - used.amount } : undefined;
  return {
    free,
    most,
    on: on && most !== undefined,
    turn,
    typed,
    type: (money: MoneyOut | undefined) => setChosen(money ?? null),
    wrong: most !== undefined && wrong,
    used,
    rest,
    /** Nothing is left for a card. */
    alone: rest?.amount === 0,
  };
}
