import { clsx as cx } from "clsx";
import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Checkbox } from "./Checkbox";
import { Kbd } from "./Kbd";
import { Skeleton } from "./Skeleton";
import { TableHeadCell } from "./TableHeadCell";
import { useRowKeys, type RowAction } from "./useRowKeys";

export interface Column<Row> {
  id: string;
  header: ReactNode;
  cell: (row: Row) => ReactNode;
  align?: "end";
  /** Shown from this width on; always when not given. */
  from?: "sm" | "md" | "lg";
  sortable?: boolean;
  className?: string;
}

export interface Sort {
  column: string;
  descending: boolean;
}

export interface TableProps<Row> {
  /** Names the table to those who cannot see what stands above it. */
  label: string;
  columns: readonly Column<Row>[];
  /** Undefined while loading. */
  rows: readonly Row[] | undefined;
  rowKey: (row: Row) => string;
  /** How a row is called when it is read aloud ("Select ord_6H2K…"). */
  rowName?: (row: Row) => string;
  onOpen?: (row: Row) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (selected: ReadonlySet<string>) => void;
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  /** Further keys for the row in focus: `{ key: "s", label: "ship", run }`. */
  actions?: readonly RowAction<Row>[];
  /** Shown in place of rows when there are none. */
  empty?: ReactNode;
  /** Beside the key hints: how many, where in the pages. */
  footer?: ReactNode;
  dense?: boolean;
}

const FROM = { sm: "max-sm:hidden", md: "max-md:hidden", lg: "max-lg:hidden" } as const;

/** Rows to compare, select and open; J and K move, X selects, Enter opens. Put it in a flush Card. */
export function Table<Row>(props: TableProps<Row>) {
  const {
    label,
    columns,
    rows,
    rowKey,
    rowName = rowKey,
    onOpen,
    selected,
    onSelect,
    actions = [],
    empty,
    footer,
  } = props;
  const { t } = useTranslation("kit");
  const body = useRef<HTMLTableSectionElement>(null);

  function toggle(key: string) {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  }
  const { active, setActive } = useRowKeys(rows ?? [], body, {
    onOpen,
    onToggle: onSelect && ((row: Row) => toggle(rowKey(row))),
    actions,
  });

  if (rows?.length === 0) return empty;
  const all = rows !== undefined && rows.every((row) => selected?.has(rowKey(row)));
  const height = props.dense ? "h-10" : "h-14";
  return (
    <>
      <div className="overflow-x-auto xl:overflow-visible">
        <table
          className="w-full border-separate border-spacing-0 text-start"
          aria-label={label}
          aria-busy={rows === undefined}
        >
          <thead>
            <tr>
              {onSelect && (
                <th scope="col" className={cx(HEAD, "w-11 ps-3.5")}>
                  <Checkbox
                    aria-label={t("select_all")}
                    checked={all ? true : selected?.size ? "some" : false}
                    onChange={(checked) => onSelect(new Set(checked ? rows?.map(rowKey) : []))}
                  />
                </th>
              )}
              {columns.map((column) => (
                <TableHeadCell
                  key={column.id}
                  column={column}
                  sort={props.sort}
                  onSort={props.onSort}
                  className={cx(HEAD, column.from && FROM[column.from])}
                />
              ))}
            </tr>
          </thead>
          <tbody ref={body}>
            {rows?.map((row, index) => {
              const key = rowKey(row);
              const chosen = selected?.has(key) ?? false;
              return (
                <tr
                  key={key}
                  tabIndex={index === Math.max(active, 0) ? 0 : -1}
                  aria-selected={onSelect ? chosen : undefined}
                  onFocus={() => setActive(index)}
                  onClick={(event) => {
                    if (!isControl(event.target)) onOpen?.(row);
                  }}
                  className={cx(
                    "group outline-none",
                    onOpen && "cursor-pointer",
                    chosen ? "bg-accent-soft/60" : "hover:bg-sunken/70 focus-visible:bg-sunken",
                  )}
                >
                  {onSelect && (
                    <td className={cx(CELL, height, "w-11 ps-3.5")}>
                      <Checkbox
                        aria-label={t("select_row", { name: rowName(row) })}
                        checked={chosen}
                        onChange={() => toggle(key)}
                      />
                    </td>
                  )}
                  {columns.map((column) => (
                    <td
                      key={column.id}
                      className={cx(
                        CELL,
                        height,
                        column.align === "end" && "text-end figures",
                        column.from && FROM[column.from],
                        column.className,
                      )}
                    >
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              );
            })}
            {rows === undefined && (
              <SkeletonRows columns={columns.length + (onSelect ? 1 : 0)} height={height} />
            )}
          </tbody>
        </table>
      </div>
      <div className="flex min-h-12 flex-wrap items-center justify-between gap-x-6 gap-y-2 px-[18px] py-2 text-sm text-muted">
        <div className="grow">{footer ?? (rows && t("shown", { count: rows.length }))}</div>
        <KeyHints opens={!!onOpen} selects={!!onSelect} actions={actions} />
      </div>
    </>
  );
}

const HEAD =
  "text-muted bg-surface border-line sticky top-0 xl:top-(--top,0px) z-10 h-10 border-b px-3.5 text-sm font-medium whitespace-nowrap";
const CELL =
  "border-line border-b px-3.5 py-2 group-focus-visible:first:shadow-[inset_2px_0_0_var(--accent)] rtl:group-focus-visible:first:shadow-[inset_-2px_0_0_var(--accent)]";

function SkeletonRows({ columns, height }: { columns: number; height: string }) {
  return Array.from({ length: 6 }, (_, row) => (
    <tr key={row} aria-hidden>
      {Array.from({ length: columns }, (_, column) => (
        <td key={column} className={cx(CELL, height)}>
          <Skeleton
            className={cx("h-4", column === 0 ? "w-16" : ["w-4/5", "w-3/5", "w-2/3"][(row + column) % 3])}
          />
        </td>
      ))}
    </tr>
  ));
}

function KeyHints<Row>({
  opens,
  selects,
  actions,
}: {
  opens: boolean;
  selects: boolean;
  actions: readonly RowAction<Row>[];
}) {
  const { t } = useTranslation("kit");
  const hints = [
    { keys: ["J", "K"], label: t("move") },
    ...(selects ? [{ keys: ["X"], label: t("select") }] : []),
    ...(opens ? [{ keys: ["↵"], label: t("open") }] : []),
    ...actions.map(({ key, label }) => ({ keys: [key.toUpperCase()], label })),
  ];
  return (
    <p className="hidden items-center gap-3 md:flex">
      <span className="sr-only">{t("table_hint")}</span>
      {hints.map((hint) => (
        <span key={hint.label} aria-hidden className="flex items-center gap-1.5">
          {hint.keys.map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
          {hint.label}
        </span>
      ))}
    </p>
  );
}

function isControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest("a,button,input,label,select,textarea") !== null;
}
