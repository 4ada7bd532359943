import * as Radix from "@radix-ui/react-dialog";
import { clsx as cx } from "clsx";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./IconButton";
import { openFocus } from "./openFocus";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  lead?: ReactNode;
  children?: ReactNode;
  /** The buttons; the one that acts comes last. */
  footer?: ReactNode;
  wide?: boolean;
}

export function Dialog({ open, onClose, title, lead, children, footer, wide = false }: DialogProps) {
  const { t } = useTranslation("kit");
  return (
    <Radix.Root open={open} onOpenChange={(now) => !now && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 grid animate-fade-in items-end justify-items-center overflow-y-auto bg-scrim sm:place-items-center sm:p-6">
          <Radix.Content
            onOpenAutoFocus={openFocus}
            {...(lead ? {} : { "aria-describedby": undefined })}
            className={cx(
              "relative w-full animate-rise rounded-t-xl border bg-surface shadow-float outline-none sm:rounded-xl",
              wide ? "sm:max-w-2xl" : "sm:max-w-md",
            )}
          >
            <header className="flex items-start justify-between gap-4 px-6 pt-5">
              <div>
                <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
                {lead && <Radix.Description className="mt-1 text-base text-muted">{lead}</Radix.Description>}
              </div>
              <Radix.Close asChild>
                <IconButton label={t("close")} size="sm" className="-me-2">
                  <X />
                </IconButton>
              </Radix.Close>
            </header>
            {children && <div className="px-6 pt-4">{children}</div>}
            <footer className="flex flex-wrap justify-end gap-2 px-6 pt-5 pb-6">{footer}</footer>
          </Radix.Content>
        </Radix.Overlay>
      </Radix.Portal>
    </Radix.Root>
  );
}
