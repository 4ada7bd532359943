import { clsx as cx } from "clsx";
import { CloudUpload } from "lucide-react";
import { useId, useState, type DragEvent, type ReactNode } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Notice } from "./Notice";

interface DropzoneProps {
  label: string;
  hint?: ReactNode;
  /** File name endings: [".csv", ".zip"]. */
  kinds: readonly string[];
  maxMegabytes: number;
  multiple?: boolean;
  disabled?: boolean;
  onFiles: (files: File[]) => void;
}

/** Takes files dropped or chosen; refuses the wrong kind and the too big before anything is sent. */
export function Dropzone({
  label,
  hint,
  kinds,
  maxMegabytes,
  multiple = false,
  disabled = false,
  onFiles,
}: DropzoneProps) {
  const { t } = useTranslation("kit");
  const id = useId();
  const [over, setOver] = useState(false);
  const [refusal, setRefusal] = useState<string>();

  function objection(file: File): string | undefined {
    if (!kinds.some((kind) => file.name.toLowerCase().endsWith(kind)))
      return t("drop_wrong_kind", { name: file.name, kinds: kinds.join(", ") });
    if (file.size > maxMegabytes * 1_000_000)
      return t("drop_too_big", { name: file.name, limit: `${maxMegabytes} MB` });
    return undefined;
  }
  function take(list: FileList | null) {
    const files = [...(list ?? [])].slice(0, multiple ? undefined : 1);
    const wrong = files.map(objection).find(Boolean);
    setRefusal(wrong);
    if (files.length > 0 && !wrong) onFiles(files);
  }
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    if (!disabled) take(event.dataTransfer.files);
  }
  return (
    <div className="grid gap-3">
      {/* Dropping is a second way; the file input inside is the one the keyboard has. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={cx(
          "flex flex-col items-center rounded-lg border-[1.5px] border-dashed px-6 py-8 text-center transition-colors duration-150",
          "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
          over ? "border-accent bg-accent-soft" : "border-line-strong hover:bg-sunken",
          disabled && "pointer-events-none opacity-45",
        )}
      >
        <CloudUpload aria-hidden className="mb-2 size-6 text-muted" />
        <span className="font-medium">
          <Trans
            t={t}
            i18nKey="drop_title"
            components={{ 1: <span className="text-accent underline underline-offset-4" /> }}
          />
        </span>
        <span className="mt-0.5 text-sm text-muted">
          {hint ?? `${kinds.join(", ")} · ${maxMegabytes} MB`}
        </span>
        <input
          id={id}
          type="file"
          aria-label={label}
          accept={kinds.join(",")}
          multiple={multiple}
          disabled={disabled}
          className="sr-only"
          onChange={(event) => {
            take(event.target.files);
            event.target.value = "";
          }}
        />
      </label>
      {refusal && <Notice tone="negative" title={refusal} />}
    </div>
  );
}
