import * as Radix from "@radix-ui/react-dialog";
import { clsx as cx } from "clsx";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./IconButton";
import { openFocus } from "./openFocus";

interface DrawerProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
  footer?: ReactNode;
  side?: "start" | "end";
}

/** Slides in beside the page: the cart, filters, the menu on a phone. */
export function Drawer({ open, onClose, title, children, footer, side = "end" }: DrawerProps) {
  const { t } = useTranslation("kit");
  return (
    <Radix.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade-in bg-scrim" />
        <Radix.Content
          onOpenAutoFocus={openFocus}
          aria-describedby={undefined}
          className={cx(
            "fixed inset-y-0 z-40 flex w-[min(27rem,calc(100vw-2.5rem))] flex-col bg-surface shadow-float outline-none",
            side === "end" ? "end-0 animate-slide-end border-s" : "start-0 animate-slide-start border-e",
          )}
        >
          <header className="flex h-14 shrink-0 items-center justify-between gap-4 border-b border-line ps-5 pe-3">
            <Radix.Title className="truncate text-md font-semibold">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label={t("close")}>
                <X />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="grow overflow-y-auto p-5">{children}</div>
          {footer && <footer className="border-t border-line p-5">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
