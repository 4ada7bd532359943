export { DisputeState, useDisputeWords, type DisputeStand } from "./disputes";
export { DoneNotice } from "./DoneNotice";
export { MarketplaceFilter } from "./MarketplaceFilter";
export { MarketplaceSelect, useOneMarketplace } from "./MarketplaceSelect";
export { MoneyFlow } from "./MoneyFlow";
export { OrderPicker } from "./OrderPicker";
export { head, useLedgerWords } from "./useLedgerWords";
export { WhereMoneyIs } from "./WhereMoneyIs";
