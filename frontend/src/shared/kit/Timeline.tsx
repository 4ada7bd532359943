import { clsx as cx } from "clsx";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../format";

const MARKS = {
  neutral: "bg-sunken text-muted dark:bg-surface",
  positive: "bg-positive-soft text-positive",
  warning: "bg-warning-soft text-warning",
  negative: "bg-negative-soft text-negative",
  info: "bg-info-soft text-info",
  accent: "bg-accent-soft text-accent",
} as const;

export interface TimelineItem {
  id: string;
  title: ReactNode;
  detail?: ReactNode;
  /** Without it, `when` says it in words ("After delivery"). */
  at?: string | undefined;
  when?: string;
  icon: ReactNode;
  tone?: keyof typeof MARKS;
  /** Has not happened yet: dashed, pale, its time is when it is due. */
  due?: boolean;
  children?: ReactNode;
}

/** What happened to an object, oldest first, and what comes next. */
export function Timeline({ items, exact = false }: { items: readonly TimelineItem[]; exact?: boolean }) {
  const { t } = useTranslation("kit");
  const { instant, dateTime, date } = useFormat();
  return (
    <ol>
      {items.map((item) => (
        <li key={item.id} className="group relative flex gap-3.5 pb-6 last:pb-0">
          <span aria-hidden className="absolute start-4 top-9 bottom-[-1px] w-px bg-line group-last:hidden" />
          <span
            className={cx(
              "relative inline-flex size-[33px] shrink-0 items-center justify-center rounded-full [&_svg]:size-4",
              MARKS[item.tone ?? (item.due ? "info" : "neutral")],
              item.due && "outline-1 outline-current outline-dashed",
            )}
          >
            {item.icon}
          </span>
          <div className={cx("min-w-0 grow", item.due && "text-muted")}>
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <h3 className="font-semibold">{item.title}</h3>
              {item.at ? (
                <time dateTime={item.at} className="figures text-sm text-muted">
                  {item.due
                    ? t("due", { when: date(item.at) })
                    : exact
                      ? instant(item.at)
                      : dateTime(item.at)}
                </time>
              ) : (
                item.when && <span className="text-sm text-muted">{item.when}</span>
              )}
            </div>
            {item.detail && <p className="text-sm text-muted">{item.detail}</p>}
            {item.children}
          </div>
        </li>
      ))}
    </ol>
  );
}
