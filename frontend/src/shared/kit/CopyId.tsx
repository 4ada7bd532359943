import { clsx as cx } from "clsx";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

/** An id in mono; a click copies it. */
export function CopyId({ id, className }: { id: string; className?: string }) {
  const { t } = useTranslation("kit");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  async function copy() {
    await navigator.clipboard.writeText(id);
    setCopied(true);
  }
  return (
    <button
      type="button"
      aria-label={t("copy", { id })}
      onClick={() => void copy()}
      className={cx(
        "group/copy inline-flex max-w-full items-center gap-1.5 rounded-sm font-mono text-xs hover:text-accent",
        className,
      )}
    >
      <span dir="ltr" className="truncate">
        {id}
      </span>
      {copied ? (
        <Check aria-hidden className="size-3.5 shrink-0 text-positive" />
      ) : (
        <Copy
          aria-hidden
          className="size-3.5 shrink-0 opacity-0 group-hover/copy:opacity-100 group-focus-visible/copy:opacity-100"
        />
      )}
      <span role="status" className="sr-only">
        {copied && t("copied")}
      </span>
    </button>
  );
}
