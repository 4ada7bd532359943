export { currencySymbol, formatAmount, formatMoney, minorDigits, parseMoney, type Money } from "./money";
export { formatDate, formatDateTime, formatDay, formatInstant, formatRelative, formatTime } from "./time";
export { useFormat } from "./useFormat";
