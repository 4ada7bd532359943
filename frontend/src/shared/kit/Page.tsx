import { createContext, useContext, useEffect, type ReactNode } from "react";
import { createPortal } from "react-dom";

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

/** The main column and what stands beside it on a wide screen. */
export function TwoColumns({ children, aside }: { children: ReactNode; aside: ReactNode }) {
  return (
    <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_minmax(20rem,27.5rem)]">
      <div className="min-w-0">{children}</div>
      <aside className="grid min-w-0 content-start gap-4">{aside}</aside>
    </div>
  );
}
