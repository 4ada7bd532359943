import type { ReactNode } from "react";

export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded-full border bg-surface px-1.5 font-sans text-[0.6875rem] leading-none font-medium text-muted">
      {children}
    </kbd>
  );
}
