import * as Radix from "@radix-ui/react-dialog";
import { Command } from "cmdk";
import { Search } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Kbd } from "./Kbd";
import { ITEM } from "./panel";
import { Spinner } from "./Spinner";

export interface CommandItem {
  id: string;
  label: string;
  hint?: ReactNode;
  icon?: ReactNode;
  keywords?: string[];
  onSelect: () => void;
}

export interface CommandGroup {
  heading: string;
  items: readonly CommandItem[];
  /** What the server found for the text: shown whatever the text is. */
  found?: boolean;
}

interface CommandPaletteProps {
  open: boolean;
  onClose: () => void;
  groups: readonly CommandGroup[];
  /** Hears what is typed, so that objects can be looked up. */
  onSearch?: (text: string) => void;
  loading?: boolean;
}

/** ⌘K: any object by id, name or amount, any page by its name. */
export function CommandPalette({ open, onClose, groups, onSearch, loading = false }: CommandPaletteProps) {
  const { t } = useTranslation("kit");
  const [text, setText] = useState("");
  function type(now: string) {
    setText(now);
    onSearch?.(now);
  }
  return (
    <Radix.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade-in bg-scrim" />
        <Radix.Content className="fixed inset-x-3 top-[12vh] z-40 mx-auto max-w-xl animate-pop-in overflow-hidden rounded-xl border bg-surface shadow-float outline-none">
          <Radix.Title className="sr-only">{t("find")}</Radix.Title>
          <Radix.Description className="sr-only">{t("find_hint")}</Radix.Description>
          <Command loop label={t("find")}>
            <div className="flex items-center gap-3 border-b border-line px-4">
              {loading ? (
                <Spinner className="size-[18px] text-muted" />
              ) : (
                <Search aria-hidden className="size-[18px] text-muted" />
              )}
              <Command.Input
                value={text}
                onValueChange={type}
                placeholder={t("find")}
                className="h-13 w-full bg-transparent text-md outline-none focus-visible:outline-none"
              />
              <Kbd>Esc</Kbd>
            </div>
            <Command.List className="max-h-[min(60vh,26rem)] overflow-y-auto p-2">
              {!loading && (
                <Command.Empty className="px-3 py-8 text-center text-muted">
                  {t("nothing_found")}
                </Command.Empty>
              )}
              {groups.map((group) => (
                <Command.Group
                  key={group.heading}
                  heading={group.heading}
                  className="mb-1 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted"
                >
                  {group.items.map((item) => (
                    <Command.Item
                      key={item.id}
                      value={group.found ? `${text} ${item.id}` : `${item.label} ${item.id}`}
                      keywords={item.keywords ?? []}
                      onSelect={() => {
                        onClose();
                        type("");
                        item.onSelect();
                      }}
                      className={ITEM}
                    >
                      {item.icon}
                      <span className="grow truncate">{item.label}</span>
                      {item.hint && <span className="text-sm text-muted">{item.hint}</span>}
                    </Command.Item>
                  ))}
                </Command.Group>
              ))}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
