import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";
import { isolated } from "../format/direction";
import english from "../kit/locales/en.json";
import { LANGUAGES, type Language, isLanguage } from "./languages";

export { LANGUAGES, type Language };

type Words = Record<string, unknown>;

const files = import.meta.glob<Words>(["/src/*/*/locales/*.json", "!/src/shared/kit/locales/en.json"], {
  import: "default",
});

/** Words live beside what says them: `src/{areas,features,shared}/NAME/locales/LANGUAGE.json` is namespace NAME. */
const words = new Map(
  Object.entries(files).map(([file, load]) => {
    const [, , , name, , language] = file.replace(".json", "").split("/");
    return [`${language ?? ""}/${name ?? ""}`, load];
  }),
);

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read(language, namespace, answer) {
    const load = words.get(`${language}/${namespace}`);
    if (!load) answer(null, {});
    else
      load().then(
        (found) => answer(null, found),
        (reason: unknown) => answer(reason as Error, null),
      );
  },
};

/** The application speaks `language`, or the one chosen last, or the browser's, or English. */
export async function startI18n(language?: Language): Promise<void> {
  i18next.on("languageChanged", (now) => {
    document.documentElement.lang = now;
    document.documentElement.dir = i18next.dir(now);
  });
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: language ?? preferred(),
      fallbackLng: "en",
      supportedLngs: Object.keys(LANGUAGES),
      ns: ["kit"],
      defaultNS: "kit",
      resources: { en: { kit: english } },
      partialBundledLanguages: true,
      showSupportNotice: false,
      interpolation: { escapeValue: true, escape: (value) => isolated(value, i18next.language) },
    });
}

/** Changes the language now and for later visits. */
export async function speak(language: Language): Promise<void> {
  localStorage.setItem("velora.language", JSON.stringify(language));
  await i18next.changeLanguage(language);
}

/** Fetches the words of a part of the application ahead of its first render. */
export async function loadWords(...namespaces: string[]): Promise<void> {
  await i18next.loadNamespaces(namespaces);
}

function preferred(): Language {
  const wishes = [localStorage.getItem("velora.language")?.replaceAll('"', ""), ...navigator.languages];
  return wishes.map((wish) => wish?.slice(0, 2)).find(isLanguage) ?? "en";
}
