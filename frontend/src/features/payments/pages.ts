export { PaymentsPage } from "./PaymentsPage";
export { PaymentPage } from "./PaymentPage";
