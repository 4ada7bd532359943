export { MarketplaceFilter } from "./MarketplaceFilter";
export { MoneyFlow } from "./MoneyFlow";
export { OrderPicker } from "./OrderPicker";
export { head, useLedgerWords } from "./useLedgerWords";
export { WhereMoneyIs } from "./WhereMoneyIs";
