export { currencySymbol, formatAmount, formatMoney, minorDigits, parseMoney, type Money } from "./money";
export {
  formatDate,
  formatDateTime,
  formatDay,
  formatDays,
  formatInstant,
  formatRelative,
  formatTime,
} from "./time";
export { useFormat } from "./useFormat";
