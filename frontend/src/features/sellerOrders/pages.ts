export { OrderPage } from "./OrderPage";
export { OrdersPage } from "./OrdersPage";
export { SlipsPage } from "./SlipsPage";
