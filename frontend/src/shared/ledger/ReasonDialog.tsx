import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../api";
import { Button, Dialog, Notice } from "../kit";
import { ReasonField, useReason } from "./reason";

interface ReasonDialogProps {
  title: ReactNode;
  /** Names what will happen, to what, and whether it can be undone. */
  lead: ReactNode;
  /** The words on the button: what it does. */
  action: string;
  danger?: boolean;
  busy: boolean;
  error: Problem | null;
  onSend: (reason: string) => void;
  onClose: () => void;
}

/** Asks why before it is done. Stays open until it is closed, so that a refusal can be read and what was typed is kept. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { title, lead, action, danger = false, busy, error, onSend, onClose } = props;
  const { t } = useTranslation("ledger");
  const reason = useReason();
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      lead={lead}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            tone={danger ? "danger" : "primary"}
            busy={busy}
            onClick={() => {
              reason.try();
              if (reason.isFine) onSend(reason.words);
            }}
          >
            {action}
          </Button>
        </>
      }
    >
      {error && (
        <div className="mb-4">
          <Notice tone="negative" title={error.detail || error.message} />
        </div>
      )}
      <ReasonField {...reason.field} />
    </Dialog>
  );
}
