export { MarketplaceFilter } from "./MarketplaceFilter";
export { MoneyFlow } from "./MoneyFlow";
export { head, useLedgerWords } from "./useLedgerWords";
export { WhereMoneyIs } from "./WhereMoneyIs";
