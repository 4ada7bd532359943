import { clsx as cx } from "clsx";
import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat, type Money } from "../format";
import { Timeline, type TimelineItem } from "./Timeline";

export interface Posting {
  id: string;
  from: ReactNode;
  to: ReactNode;
  money: Money;
}

export interface TrailEntry extends Omit<TimelineItem, "children"> {
  postings: readonly Posting[];
}

/** Where money went: each entry with its postings, from account to account. */
export function Trail({ entries }: { entries: readonly TrailEntry[] }) {
  return (
    <Timeline
      exact
      items={entries.map(({ postings, ...entry }) => ({
        ...entry,
        children: <Postings postings={postings} due={entry.due ?? false} />,
      }))}
    />
  );
}

export function Postings({ postings, due = false }: { postings: readonly Posting[]; due?: boolean }) {
  const { t } = useTranslation("kit");
  const { amount } = useFormat();
  return (
    <table
      className={cx(
        "mt-2.5 w-full border-separate border-spacing-0 overflow-hidden rounded-lg border text-sm",
        !due && "bg-surface",
      )}
    >
      <thead className="sr-only">
        <tr>
          <th scope="col">{t("flow_from")}</th>
          <th scope="col">{t("flow_to")}</th>
          <th scope="col">{t("flow_amount")}</th>
        </tr>
      </thead>
      <tbody className="sm:[&>tr+tr>td]:border-t">
        {postings.map((posting) => (
          <tr key={posting.id} className="max-sm:grid max-sm:grid-cols-[1fr_auto] max-sm:[&+tr]:border-t">
            <td className="px-3.5 py-2.5 max-sm:pb-0 sm:w-1/2">{posting.from}</td>
            <td className="py-2.5 pe-3.5 max-sm:row-start-2 max-sm:ps-3.5 max-sm:pt-0.5">
              <span className="flex items-center gap-2.5">
                <ArrowRight aria-hidden className="size-3.5 shrink-0 flip-rtl text-faint" />
                <span>{posting.to}</span>
              </span>
            </td>
            <td className="py-2.5 pe-3.5 text-end figures font-semibold whitespace-nowrap max-sm:row-span-2 max-sm:self-center">
              {amount(posting.money)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
