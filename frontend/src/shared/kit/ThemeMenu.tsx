import { Languages, Monitor, Moon, Sun } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LANGUAGES, speak, type Language } from "../i18n";
import { useTheme, type Preference } from "../theme";
import { IconButton } from "./IconButton";
import { Menu, type MenuEntry } from "./Menu";

const ICONS = { light: <Sun />, dark: <Moon />, system: <Monitor /> } as const;

/** The entries that choose theme and language, for any menu. */
export function usePreferenceEntries(): MenuEntry[] {
  const { t, i18n } = useTranslation("kit");
  const { preference, prefer } = useTheme();
  return [
    { kind: "heading", label: t("theme") },
    ...(Object.keys(ICONS) as Preference[]).map((one) => ({
      label: t(`theme_${one}`),
      icon: ICONS[one],
      checked: one === preference,
      onSelect: () => prefer(one),
    })),
    { kind: "heading", label: t("language") },
    ...(Object.entries(LANGUAGES) as [Language, string][]).map(([language, name]) => ({
      label: name,
      icon: <Languages />,
      checked: language === i18n.language,
      onSelect: () => void speak(language),
    })),
  ];
}

export function ThemeMenu() {
  const { t } = useTranslation("kit");
  const entries = usePreferenceEntries();
  return (
    <Menu
      entries={entries}
      trigger={
        <IconButton label={t("theme")}>
          <Sun className="dark:hidden" />
          <Moon className="hidden dark:block" />
        </IconButton>
      }
    />
  );
}
