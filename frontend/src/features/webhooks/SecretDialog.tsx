import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, Dialog, Notice } from "@/shared/kit";

/** The secret, this once. */
export function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation("webhooks");
  const [copied, setCopied] = useState(false);
  async function copy() {
    await navigator.clipboard.writeText(secret);
    setCopied(true);
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("secret_title")}
      lead={t("secret_lead")}
      footer={
        <>
          <Button onClick={() => void copy()}>
            {copied ? <Check /> : <Copy />}
            {t(copied ? "secret_copied" : "secret_copy")}
          </Button>
          <Button tone="primary" onClick={onClose}>
            {t("secret_kept")}
          </Button>
        </>
      }
    >
      <p
        dir="ltr"
        className="rounded-lg border bg-sunken px-4 py-3 font-mono text-sm break-all select-all"
        data-testid="secret"
      >
        {secret}
      </p>
      <div className="mt-4">
        <Notice tone="warning" title={t("secret_once")} />
      </div>
    </Dialog>
  );
}
