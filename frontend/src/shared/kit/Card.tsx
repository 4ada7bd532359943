import { clsx as cx } from "clsx";
import type { ReactNode } from "react";

interface CardProps {
  children: ReactNode;
  title?: ReactNode;
  aside?: ReactNode;
  /** No padding: for tables and lists that reach the edge. */
  flush?: boolean;
  className?: string;
}

export function Card({ children, title, aside, flush = false, className }: CardProps) {
  return (
    <section className={cx("overflow-clip rounded-lg border bg-surface", className)}>
      {title && (
        <header className={cx("flex items-center justify-between gap-3 px-5 pt-4", flush && "pb-3")}>
          <h2 className="text-md font-semibold">{title}</h2>
          {aside && <div className="text-base text-muted">{aside}</div>}
        </header>
      )}
      <div className={cx(!flush && "p-5", title && !flush && "pt-3")}>{children}</div>
    </section>
  );
}

/** Name and figure, line by line: totals, facts of an object. */
export function Facts({ children, className }: { children: ReactNode; className?: string }) {
  return <dl className={cx("divide-y divide-line", className)}>{children}</dl>;
}

export function Fact({
  name,
  children,
  strong = false,
}: {
  name: ReactNode;
  children: ReactNode;
  strong?: boolean;
}) {
  return (
    <div className="flex items-baseline justify-between gap-4 py-2">
      <dt className={strong ? "font-semibold" : "text-muted"}>{name}</dt>
      <dd className={cx("min-w-0 text-end figures", strong ? "text-xl font-bold" : "font-semibold")}>
        {children}
      </dd>
    </div>
  );
}
