import { useTranslation } from "react-i18next";
import { useFormat } from "../format";

interface Named {
  code: string;
  name: string;
  sub_label: string;
}

/** The chart of accounts and the kinds of journals in the language in use; what is not known keeps the server's name. */
export function useLedgerWords() {
  const { t } = useTranslation("ledger");
  const { joined } = useFormat();
  const account = ({ code, name }: Pick<Named, "code" | "name">) =>
    t(`account.${head(code)}`, { defaultValue: name });
  return {
    account,
    /** "Escrow · Nordlauf" */
    whole: (named: Named) => joined([account(named), named.sub_label]),
    /** "2010 Escrow · Nordlauf": the code for whoever reads codes, and the words for everybody. */
    coded: (named: Named) => joined([`${head(named.code)} ${account(named)}`, named.sub_label]),
    journal: (kind: string) => t(`journal.${kind}`, { defaultValue: kind }),
  };
}

/** "2010" of "2010:sel_…". */
export function head(code: string): string {
  return code.split(":")[0] ?? code;
}
