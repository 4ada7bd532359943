import { clsx as cx } from "clsx";
import { Menu as MenuIcon, Search } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Outlet } from "react-router-dom";
import { CommandPalette, type CommandGroup } from "./CommandPalette";
import { ConsoleSidebar, type ConsoleSidebarProps } from "./ConsoleSidebar";
import { Drawer } from "./Drawer";
import { IconButton } from "./IconButton";
import { Kbd } from "./Kbd";
import { CrumbSlot } from "./Page";
import { useConsoleCommands } from "./useConsoleCommands";
import { useHotkey } from "./useHotkey";

interface ConsoleShellProps extends ConsoleSidebarProps {
  /** What ⌘K finds besides the pages of the menu. */
  commands?: readonly CommandGroup[];
  onSearch?: (text: string) => void;
  searching?: boolean;
  /** In the search field: "Find order, payout…". */
  findLabel?: string;
  /** At the end of the top bar: notifications. */
  aside?: ReactNode;
}

/** The frame of seller portal and consoles: menu, top bar with ⌘K, account. Pages come in through the router's outlet. */
export function ConsoleShell({
  commands = [],
  onSearch,
  searching,
  findLabel,
  aside,
  ...sidebar
}: ConsoleShellProps) {
  const { t } = useTranslation("kit");
  const [finding, setFinding] = useState(false);
  const [menuOpen, setMenuOpen] = useState(false);
  const [crumbs, setCrumbs] = useState<HTMLElement | null>(null);
  const pages = useConsoleCommands(sidebar.sections);
  useHotkey({ "mod+k": () => setFinding(true), "/": () => setFinding(true) });
  return (
    <div
      className="lg:grid lg:grid-cols-[232px_minmax(0,1fr)] print:block"
      style={{ "--top": "56px" } as React.CSSProperties}
    >
      <a
        href="#main"
        className="sr-only z-60 rounded-md bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:fixed focus:start-3 focus:top-3"
      >
        {t("skip")}
      </a>
      <div className="sticky top-0 hidden h-dvh border-e border-line bg-surface lg:block print:hidden">
        <ConsoleSidebar {...sidebar} />
      </div>
      <Drawer side="start" open={menuOpen} onClose={() => setMenuOpen(false)} title={sidebar.name}>
        <ConsoleSidebar {...sidebar} inDrawer onNavigate={() => setMenuOpen(false)} />
      </Drawer>
      <div className="flex min-h-dvh min-w-0 flex-col">
        <header className="sticky top-0 z-20 flex h-14 shrink-0 items-center gap-3 border-b border-line bg-canvas/90 px-4 backdrop-blur lg:px-7 print:hidden">
          <IconButton label={t("menu")} className="-ms-2 lg:hidden" onClick={() => setMenuOpen(true)}>
            <MenuIcon />
          </IconButton>
          <div ref={setCrumbs} className="flex min-w-0 grow items-center gap-2" />
          <button
            type="button"
            onClick={() => setFinding(true)}
            className={cx(
              "inline-flex h-[34px] shrink-0 items-center gap-2 rounded-md border border-line-strong bg-surface px-2.5 text-muted transition-colors duration-150 hover:bg-sunken md:w-[250px]",
            )}
          >
            <Search aria-hidden className="size-4" />
            <span className="grow truncate text-start max-md:sr-only">{findLabel ?? t("find")}</span>
            <span aria-hidden className="max-md:hidden">
              <Kbd>⌘K</Kbd>
            </span>
          </button>
          {aside}
        </header>
        <main
          id="main"
          tabIndex={-1}
          className="mx-auto w-full max-w-[1320px] grow px-4 py-6 outline-none lg:px-7"
        >
          <CrumbSlot.Provider value={crumbs}>
            <Outlet />
          </CrumbSlot.Provider>
        </main>
      </div>
      <CommandPalette
        open={finding}
        onClose={() => setFinding(false)}
        groups={[...commands, pages]}
        loading={searching ?? false}
        {...(onSearch ? { onSearch } : {})}
      />
    </div>
  );
}
