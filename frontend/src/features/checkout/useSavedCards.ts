import { useState } from "react";
import { useListPaymentMethods } from "@/shared/api/generated/account/account";
import { useMe } from "@/shared/api/generated/identity/identity";

export const NEW_CARD = "card";

/** What can be paid with: the cards that were kept here, the one offered first chosen, or a new one, which can be kept. */
export function useSavedCards() {
  const mayKeep = Boolean(useMe().data?.account);
  const kept = useListPaymentMethods({ query: { enabled: mayKeep } }).data?.data ?? [];
  const [chosen, choose] = useState<string>();
  const [keep, setKeep] = useState(false);
  const way = chosen ?? kept.find((card) => card.is_default)?.id ?? kept[0]?.id ?? NEW_CARD;
  return { kept, way, choose, mayKeep, keep, setKeep };
}
