import { createContext, useContext, useEffect, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { Link } from "react-router-dom";
import { Card } from "./Card";
import { CopyId } from "./CopyId";
import { Skeleton } from "./Skeleton";

/** Where a console shows what page this is, in its top bar; null until it stands. */
export const CrumbSlot = createContext<HTMLElement | null>(null);

interface PageHeadProps {
  title: ReactNode;
  /** Beside the title: a state chip. */
  chip?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  /** In place of the section's name in the top bar: links and an id, parted by slashes. */
  crumbs?: ReactNode;
}

/** The head of a console page. */
export function PageHead({ title, chip, lead, actions, crumbs }: PageHeadProps) {
  const slot = useContext(CrumbSlot);
  useEffect(() => {
    if (typeof title === "string") document.title = `${title} · Velora`;
  }, [title]);
  return (
    <header className="mb-5 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      {slot && createPortal(crumbs ?? <span className="truncate font-semibold">{title}</span>, slot)}
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="text-[1.5rem] leading-9 font-bold tracking-tight">{title}</h1>
          {chip}
        </div>
        {lead && <p className="mt-0.5 text-muted">{lead}</p>}
      </div>
      {actions && <div className="flex flex-wrap gap-2.5">{actions}</div>}
    </header>
  );
}

interface CrumbsProps {
  /** The list that the page belongs to. */
  to: string;
  list: ReactNode;
  id: string;
}

/** The way back from one thing to the list of them, and its id to copy. */
export function Crumbs({ to, list, id }: CrumbsProps) {
  return (
    <>
      <Link to={to} className="text-muted hover:text-text max-sm:hidden">
        {list}
      </Link>
      <span aria-hidden className="text-muted max-sm:hidden">
        /
      </span>
      <CopyId id={id} />
    </>
  );
}

interface DetailSkeletonProps {
  /** What is being loaded, for those who do not see it. */
  label: string;
  crumbs: ReactNode;
  /** How many cards stand beside it. */
  cards: number;
  children: ReactNode;
}

/** A page about one thing, while it is loaded. */
export function DetailSkeleton({ label, crumbs, cards, children }: DetailSkeletonProps) {
  return (
    <div role="status" aria-label={label}>
      <TwoColumns
        aside={Array.from({ length: cards }, (_, card) => (
          <Card key={card}>
            <Skeleton className="h-40 w-full" />
          </Card>
        ))}
      >
        <PageHead
          title={<Skeleton className="my-1.5 h-6 w-56" />}
          lead={<Skeleton className="h-4 w-80 max-w-full" />}
          crumbs={crumbs}
        />
        {children}
      </TwoColumns>
    </div>
  );
}

/** The main column and what stands beside it on a wide screen. */
export function TwoColumns({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(20rem,27.5rem)]">
      <div className="min-w-0">{children}</div>
      <aside className="grid min-w-0 content-start gap-4">{aside}</aside>
    </div>
  );
}
