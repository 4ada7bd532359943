const RIGHT_TO_LEFT = new Set(["ar"]);

/** Whether the language is written from right to left. */
export function isRightToLeft(locale: string): boolean {
  return RIGHT_TO_LEFT.has(locale.slice(0, 2));
}

/** A foreign word kept together, and its neighbours in order, among words that run from right to left. */
export function isolated(text: string, locale: string): string {
  return isRightToLeft(locale) ? `\u2068${text}\u2069` : text;
}
