import * as Radix from "@radix-ui/react-alert-dialog";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";

interface ConfirmProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** Names what will happen, to what, and whether it can be undone. */
  children: ReactNode;
  /** The words on the button: what it does, never "OK". */
  action: string;
  onConfirm: () => void;
  danger?: boolean;
  busy?: boolean;
}

/** Asks before what cannot be taken back. Stays open while `busy`; close it when the work is done. */
export function Confirm({
  open,
  onClose,
  title,
  children,
  action,
  onConfirm,
  danger = false,
  busy = false,
}: ConfirmProps) {
  const { t } = useTranslation("kit");
  return (
    <Radix.Root open={open} onOpenChange={(now) => !now && !busy && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 animate-fade-in bg-scrim" />
        <Radix.Content className="fixed inset-x-4 top-1/2 z-40 mx-auto max-w-md -translate-y-1/2 animate-rise rounded-xl border bg-surface p-6 shadow-float outline-none">
          <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
          <Radix.Description asChild>
            <div className="mt-2 text-base text-muted">{children}</div>
          </Radix.Description>
          <div className="mt-6 flex flex-wrap justify-end gap-2">
            <Radix.Cancel asChild>
              <Button disabled={busy}>{t("cancel")}</Button>
            </Radix.Cancel>
            <Button tone={danger ? "danger" : "primary"} busy={busy} onClick={onConfirm}>
              {action}
            </Button>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
