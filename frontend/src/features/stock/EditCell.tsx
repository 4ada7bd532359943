import { clsx as cx } from "clsx";
import { Check } from "lucide-react";
import { useId, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "@/shared/api";
import { Input, Spinner } from "@/shared/kit";

/** What was typed, understood, or what is wrong with it. */
export type Read<T> = { value: T } | { wrong: string };

interface EditCellProps<T> {
  /** Names the cell to those who cannot see its row and column. */
  label: string;
  /** The same for all cells of a column: the arrow keys go from one to the next. */
  column: string;
  shown: string;
  read: (text: string) => Read<T>;
  save: (value: T) => Promise<unknown>;
  leading?: string | undefined;
}

/** A figure to write over: Enter or leaving saves it, Escape takes it back; what is wrong stands below it, with what was typed. */
export function EditCell<T>({ label, column, shown, read, save, leading }: EditCellProps<T>) {
  const { t } = useTranslation("stock");
  const noteId = useId();
  const [typed, setTyped] = useState<string>();
  const [refusal, setRefusal] = useState<string>();
  const [state, setState] = useState<"idle" | "saving" | "saved">("idle");
  const reading = typed === undefined ? undefined : read(typed);
  const wrong = reading && "wrong" in reading ? reading.wrong : refusal;

  async function commit() {
    if (typed === undefined || state === "saving") return;
    if (typed.trim() === shown) {
      setTyped(undefined);
      return;
    }
    if (!reading || "wrong" in reading) return;
    setState("saving");
    try {
      await save(reading.value);
      setTyped(undefined);
      setState("saved");
    } catch (error) {
      const problem = toProblem(error);
      setRefusal(problem.errors[0]?.detail ?? (problem.detail || problem.message));
      setState("idle");
    }
  }
  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (event.key === "Enter") void commit();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") go(event, column);
    if (event.key === "Escape") {
      setTyped(undefined);
      setRefusal(undefined);
    }
  }
  return (
    <span className="relative inline-block w-26 text-start [&_span.start-0]:ps-2.5!">
      <Input
        aria-label={label}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={noteId}
        data-column={column}
        inputMode="decimal"
        autoComplete="off"
        {...(leading ? { leading } : {})}
        className={cx(
          "h-8! px-2.5! text-end figures",
          leading && "ps-6!",
          typed === undefined && "border-line!",
        )}
        value={typed ?? shown}
        onFocus={(event) => event.target.select()}
        onChange={(event) => {
          setTyped(event.target.value);
          setRefusal(undefined);
          setState("idle");
        }}
        onBlur={() => void commit()}
        onKeyDown={onKeyDown}
      />
      <span className="pointer-events-none absolute -start-5 top-2">
        {state === "saving" && <Spinner className="size-4 text-muted" />}
        {state === "saved" && <Check aria-hidden className="size-4 text-positive" />}
      </span>
      <span id={noteId} role="status" className={cx("block text-xs text-negative", !wrong && "sr-only")}>
        {wrong ?? (state === "saved" ? t("saved") : state === "saving" ? t("saving") : "")}
      </span>
    </span>
  );
}

/** To the cell of the same column in the row above or below. */
function go(event: KeyboardEvent<HTMLInputElement>, column: string) {
  const row = event.currentTarget.closest("tr");
  const other = event.key === "ArrowDown" ? row?.nextElementSibling : row?.previousElementSibling;
  const cell = other?.querySelector<HTMLInputElement>(`input[data-column="${CSS.escape(column)}"]`);
  if (!cell) return;
  event.preventDefault();
  cell.focus();
}
