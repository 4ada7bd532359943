export { DeskPage } from "./DeskPage";
export { CasePage } from "./CasePage";
