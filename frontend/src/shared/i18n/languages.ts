/** Every language the application speaks, by its own name. */
export const LANGUAGES = { en: "English", de: "Deutsch", ar: "العربية" } as const;

export type Language = keyof typeof LANGUAGES;

export function isLanguage(text: string | undefined): text is Language {
  return text !== undefined && text in LANGUAGES;
}
