export { head, useLedgerWords } from "./useLedgerWords";
