import { useState, type RefObject } from "react";
import { useHotkey } from "./useHotkey";

export interface RowAction<Row> {
  key: string;
  label: string;
  run: (row: Row) => void;
}

interface RowKeys<Row> {
  onOpen: ((row: Row) => void) | undefined;
  onToggle: ((row: Row) => void) | undefined;
  actions: readonly RowAction<Row>[];
}

/** J, K, X and Enter over the rows of a table body; which row is active, by index, -1 for none yet. */
export function useRowKeys<Row>(
  rows: readonly Row[],
  body: RefObject<HTMLTableSectionElement | null>,
  wanted: RowKeys<Row>,
) {
  const [active, setActive] = useState(-1);

  function go(step: number) {
    const next = Math.min(Math.max(active + step, 0), rows.length - 1);
    setActive(next);
    body.current?.rows[next]?.focus();
    body.current?.rows[next]?.scrollIntoView({ block: "nearest" });
  }
  function onActive(act: ((row: Row) => void) | undefined) {
    const row = rows[active];
    if (row !== undefined) act?.(row);
  }
  function openFocused() {
    const focused = document.activeElement;
    if (focused instanceof HTMLTableRowElement && body.current?.contains(focused)) onActive(wanted.onOpen);
    else if (focused instanceof HTMLElement) focused.click();
  }
  useHotkey(
    {
      j: () => go(1),
      k: () => go(-1),
      ...(wanted.onToggle ? { x: () => onActive(wanted.onToggle) } : {}),
      ...(wanted.onOpen ? { Enter: openFocused } : {}),
      ...Object.fromEntries(wanted.actions.map((action) => [action.key, () => onActive(action.run)])),
    },
    rows.length > 0,
  );
  return { active, setActive };
}
