import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import type { CommandGroup } from "./CommandPalette";
import type { ConsoleSection } from "./ConsoleSidebar";

/** Every page of a console's menu as something ⌘K can go to. */
export function useConsoleCommands(sections: readonly ConsoleSection[]): CommandGroup {
  const { t } = useTranslation("kit");
  const navigate = useNavigate();
  return {
    heading: t("pages"),
    items: sections.map(({ to, label, icon }) => ({
      id: to,
      label,
      icon,
      onSelect: () => {
        navigate(to);
      },
    })),
  };
}
