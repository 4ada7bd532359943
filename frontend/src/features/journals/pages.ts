export { JournalsPage } from "./JournalsPage";
export { JournalPage } from "./JournalPage";
