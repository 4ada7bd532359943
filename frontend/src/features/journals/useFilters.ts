import type { ListJournalsParams } from "@/shared/api/generated/model";
import { useListMarketplaces } from "@/shared/api/generated/storefront/storefront";
import { useFilter } from "@/shared/useFilter";
import { useLate } from "@/shared/useLate";

/** What the list of journals is narrowed to; all of it stands in the address. */
export function useFilters(reset: () => void) {
  const [q, setQ] = useFilter("q", reset);
  const [tenant, setTenant] = useFilter("marketplace", reset);
  const [kind, setKind] = useFilter("kind", reset);
  const [account, setAccount] = useFilter("account", reset);
  const [from, setFrom] = useFilter("from", reset);
  const [to, setTo] = useFilter("to", reset);
  const [chosen, setCurrency] = useFilter("currency", reset);
  const [least, setLeast] = useFilter("least", reset);
  const [most, setMost] = useFilter("most", reset);
  const markets = useListMarketplaces({ query: { staleTime: Infinity } });
  const found = markets.data?.data ?? [];
  const currencies = [...new Set(found.flatMap((market) => market.currencies))];
  const currency = chosen || (found.find(({ slug }) => slug === tenant)?.currency ?? currencies[0] ?? "EUR");
  const words = useLate(q.trim());
  const named = useLate(account.trim());
  const amounts = Boolean(least || most);
  const asked: ListJournalsParams = {
    q: words,
    account: named,
    kind,
    ...(tenant ? { tenant } : {}),
    ...(from ? { from: new Date(`${from}T00:00`).toISOString() } : {}),
    ...(to ? { to: new Date(`${to}T23:59:59.999`).toISOString() } : {}),
    ...(amounts ? { currency } : {}),
    ...(least ? { amount_from: Number(least) } : {}),
    ...(most ? { amount_to: Number(most) } : {}),
  };
  return {
    asked,
    narrowed: Boolean(account || from || to || amounts),
    q,
    setQ,
    tenant,
    setTenant,
    kind,
    setKind,
    account,
    setAccount,
    from,
    setFrom,
    to,
    setTo,
    /** Of the amounts: the one chosen, or the marketplace's. */
    currency,
    currencies,
    setCurrency,
    least,
    setLeast,
    most,
    setMost,
  };
}

export type Filters = ReturnType<typeof useFilters>;
