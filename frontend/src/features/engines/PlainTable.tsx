import { clsx as cx } from "clsx";
import type { ReactNode } from "react";

interface PlainColumn<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  align?: "end";
  /** Not on a phone. */
  wide?: boolean;
}

interface PlainTableProps<Row> {
  label: string;
  /** The first names the row. */
  columns: readonly PlainColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}

/** Rows to be read: nothing to open, select or sort, so no keys of its own. Put it in a flush Card. */
export function PlainTable<Row>({ label, columns, rows, rowKey }: PlainTableProps<Row>) {
  const look = (column: PlainColumn<Row>) =>
    cx("border-b border-line px-3.5 py-2.5 sm:px-5", column.align === "end" ? "text-end" : "text-start", {
      "max-sm:hidden": column.wide,
    });
  return (
    <table
      aria-label={label}
      className="w-full border-separate border-spacing-0 [&_tbody_tr:last-child>*]:border-0"
    >
      <thead>
        <tr className="text-sm text-muted">
          {columns.map((column) => (
            <th key={column.id} scope="col" className={cx(look(column), "font-medium whitespace-nowrap")}>
              {column.header}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={rowKey(row)}>
            {columns.map((column, place) =>
              place === 0 ? (
                <th key={column.id} scope="row" className={cx(look(column), "min-w-0 font-normal")}>
                  {column.cell(row)}
                </th>
              ) : (
                <td key={column.id} className={cx(look(column), column.align === "end" && "figures")}>
                  {column.cell(row)}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
