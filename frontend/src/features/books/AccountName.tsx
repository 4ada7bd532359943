import { head, useLedgerWords } from "@/shared/ledger";

/** "2010 Escrow · Nordlauf" */
export function AccountName({ code, name, sub_label }: { code: string; name: string; sub_label: string }) {
  const { account } = useLedgerWords();
  return (
    <span className="flex min-w-0 items-baseline gap-2.5">
      <span className="font-mono text-xs text-muted">{head(code)}</span>
      <span className="min-w-0">
        <span className="font-medium">{account({ code, name })}</span>
        {sub_label && (
          <span className="text-muted">
            {" · "}
            <bdi>{sub_label}</bdi>
          </span>
        )}
      </span>
    </span>
  );
}
