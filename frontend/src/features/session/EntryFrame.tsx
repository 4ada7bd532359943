import { clsx as cx } from "clsx";
import type { ReactNode } from "react";
import { Link } from "react-router-dom";
import { ThemeMenu } from "@/shared/kit";

/** The page before one is in: a form, and beside it what helps to get in. */
export function EntryFrame({ children, aside }: { children: ReactNode; aside?: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="mx-auto flex h-16 w-full max-w-5xl items-center justify-between px-5">
        <Link to="/" className="flex items-center gap-2.5 rounded-md text-md font-semibold">
          <span
            aria-hidden
            className="inline-flex size-[26px] items-center justify-center rounded-[7px] bg-accent font-[Georgia,serif] text-base font-bold text-on-accent"
          >
            V
          </span>
          Velora
        </Link>
        <ThemeMenu />
      </header>
      <main
        className={cx(
          "mx-auto grid w-full grow items-start gap-x-16 gap-y-10 px-5 pt-6 pb-16 sm:pt-12",
          aside ? "max-w-5xl lg:grid-cols-[minmax(0,25rem)_minmax(0,1fr)]" : "max-w-md",
        )}
      >
        <div>{children}</div>
        {aside}
      </main>
    </div>
  );
}
