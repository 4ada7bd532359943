import * as Radix from "@radix-ui/react-dropdown-menu";
import { clsx as cx } from "clsx";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ITEM, PANEL } from "./panel";

export type MenuEntry =
  | {
      kind?: "item";
      label: ReactNode;
      icon?: ReactNode;
      onSelect: () => void;
      danger?: boolean;
      disabled?: boolean;
      checked?: boolean;
    }
  | { kind: "heading"; label: ReactNode }
  | { kind: "line" };

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactNode;
  entries: readonly MenuEntry[];
  align?: "start" | "end";
  side?: "top" | "bottom";
}

export function Menu({ trigger, entries, align = "end", side = "bottom" }: MenuProps) {
  const { i18n } = useTranslation();
  return (
    <Radix.Root dir={i18n.dir()}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className={cx(PANEL, "min-w-52")}
        >
          {entries.map((entry, index) => (
            <Entry key={index} entry={entry} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry.kind === "line") return <Radix.Separator className="-mx-1.5 my-1.5 h-px bg-line" />;
  if (entry.kind === "heading")
    return (
      <Radix.Label className="px-2.5 pt-2 pb-1 text-xs font-medium text-muted">{entry.label}</Radix.Label>
    );
  return (
    <Radix.Item
      disabled={entry.disabled ?? false}
      onSelect={entry.onSelect}
      className={cx(ITEM, entry.danger && "text-negative")}
    >
      {entry.icon}
      <span className="grow">{entry.label}</span>
      {entry.checked && <Check className="text-accent" />}
    </Radix.Item>
  );
}
