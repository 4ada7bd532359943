import { clsx as cx } from "clsx";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Column, Sort } from "./Table";

interface TableHeadCellProps<Row> {
  column: Column<Row>;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
  className: string;
}

export function TableHeadCell<Row>({ column, sort, onSort, className }: TableHeadCellProps<Row>) {
  const { t } = useTranslation("kit");
  const sorted = sort?.column === column.id ? sort : undefined;
  const order = sorted && (sorted.descending ? "descending" : "ascending");
  const Arrow = sorted?.descending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={order}
      className={cx(className, column.align === "end" ? "text-end" : "text-start")}
    >
      {column.sortable && onSort ? (
        <button
          type="button"
          aria-label={
            typeof column.header === "string" ? t("sorted_by", { column: column.header }) : undefined
          }
          onClick={() => onSort({ column: column.id, descending: sorted ? !sorted.descending : false })}
          className={cx(
            "inline-flex items-center gap-1 align-middle hover:text-text",
            column.align === "end" && "flex-row-reverse",
            sorted && "text-text",
          )}
        >
          {column.header}
          <Arrow aria-hidden className={cx("size-3.5", !sorted && "opacity-0")} />
        </button>
      ) : (
        column.header
      )}
    </th>
  );
}
