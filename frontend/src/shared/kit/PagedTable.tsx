import { LoadError } from "./LoadError";
import { Pagination } from "./Pagination";
import { Table, type TableProps } from "./Table";

interface Pages<Row> {
  data: { data: Row[]; next_cursor?: string | null } | undefined;
  isError: boolean;
  error: unknown;
  refetch: () => unknown;
  /** Whether the page before is shown until this one is here. */
  isPlaceholderData: boolean;
}

interface PagedTableProps<Row> extends Omit<TableProps<Row>, "rows" | "footer"> {
  /** What asks the server for a page. */
  pages: Pages<Row>;
  /** From `useCursor`. */
  next: (cursor: string | null | undefined) => (() => void) | undefined;
  onPrevious: (() => void) | undefined;
}

/** A list from the server, page by page: rows while they load, what went wrong with another try, and the way on and back. */
export function PagedTable<Row>({ pages, next, onPrevious, ...table }: PagedTableProps<Row>) {
  if (pages.isError) return <LoadError problem={pages.error} onRetry={pages.refetch} />;
  return (
    <Table
      {...table}
      rows={pages.data?.data}
      footer={
        <Pagination
          shown={pages.data?.data.length ?? 0}
          onPrevious={onPrevious}
          onNext={next(pages.data?.next_cursor)}
          busy={pages.isPlaceholderData}
        />
      }
    />
  );
}
