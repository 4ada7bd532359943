export { AccountsPage } from "./AccountsPage";
export { OverviewPage } from "./OverviewPage";
export { StatementPage } from "./StatementPage";
export { TrialBalancePage } from "./TrialBalancePage";
