export { DisputesPage } from "./DisputesPage";
export { DisputePage } from "./DisputePage";
