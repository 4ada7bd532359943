export { ApprovalsPage } from "./ApprovalsPage";
export { ApprovalPage } from "./ApprovalPage";
