import { clsx as cx } from "clsx";
import { ChevronsUpDown } from "lucide-react";
import type { ReactNode } from "react";
import { NavLink } from "react-router-dom";
import { Avatar } from "./Avatar";
import { Badge } from "./Badge";
import type { StateTone } from "./Chip";
import { Menu, type MenuEntry } from "./Menu";
import { usePreferenceEntries } from "./ThemeMenu";

export interface ConsoleSection {
  to: string;
  label: string;
  icon: ReactNode;
  /** How many things wait there. */
  badge?: { count: number; tone: StateTone } | undefined;
  /** Marked only on exactly this page: for the first section. */
  end?: boolean;
}

export interface ConsoleSidebarProps {
  /** The company or console this is. */
  name: string;
  /** Where else the person may go: other companies, consoles, marketplaces. */
  switcher?: readonly MenuEntry[];
  sections: readonly ConsoleSection[];
  account: { name: string; role: string; entries?: readonly MenuEntry[] };
}

interface Place {
  inDrawer?: boolean;
  onNavigate?: () => void;
}

export function ConsoleSidebar({
  name,
  switcher = [],
  sections,
  account,
  inDrawer = false,
  onNavigate,
}: ConsoleSidebarProps & Place) {
  const preferences = usePreferenceEntries();
  const entries: MenuEntry[] = account.entries
    ? [...preferences, { kind: "line" }, ...account.entries]
    : preferences;
  return (
    <div className={cx("flex h-full flex-col", !inDrawer && "p-3")}>
      {!inDrawer && <Brand name={name} switcher={switcher} />}
      <nav className="-mx-1 grow overflow-y-auto px-1 py-1">
        <ul className="grid gap-0.5">
          {sections.map((section) => (
            <li key={section.to}>
              <NavLink
                to={section.to}
                end={section.end ?? false}
                onClick={onNavigate}
                className={({ isActive }) =>
                  cx(
                    "flex h-[34px] items-center gap-2.5 rounded-md px-2.5 font-medium transition-colors duration-150 [&_svg]:size-[17px]",
                    isActive ? "bg-sunken text-text" : "text-muted hover:bg-sunken/70 hover:text-text",
                  )
                }
              >
                {section.icon}
                <span className="grow truncate">{section.label}</span>
                {section.badge && <Badge {...section.badge} />}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className="mt-2 border-t border-line pt-2">
        <Menu
          align="start"
          side="top"
          entries={entries}
          trigger={
            <button
              type="button"
              className="flex w-full items-center gap-2.5 rounded-md px-2.5 py-2 text-start hover:bg-sunken"
            >
              <Avatar name={account.name} size="sm" />
              <span className="min-w-0">
                <span className="block truncate text-sm font-semibold">{account.name}</span>
                <span className="block truncate text-xs text-muted">{account.role}</span>
              </span>
            </button>
          }
        />
      </div>
    </div>
  );
}

function Brand({ name, switcher }: Required<Pick<ConsoleSidebarProps, "name" | "switcher">>) {
  const content = (
    <>
      <span
        aria-hidden
        className="inline-flex size-[26px] shrink-0 items-center justify-center rounded-[7px] bg-accent font-[Georgia,serif] text-base font-bold text-on-accent"
      >
        V
      </span>
      <span className="grow truncate text-md font-semibold">{name}</span>
      {switcher.length > 0 && <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />}
    </>
  );
  const look = "mb-2.5 flex h-11 w-full shrink-0 items-center gap-2.5 rounded-md px-2 text-start";
  if (switcher.length === 0) return <div className={look}>{content}</div>;
  return (
    <Menu
      align="start"
      entries={switcher}
      trigger={
        <button type="button" className={cx(look, "hover:bg-sunken")}>
          {content}
        </button>
      }
    />
  );
}
