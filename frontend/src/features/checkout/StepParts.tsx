import type { ReactNode } from "react";
import { Link } from "react-router-dom";

export function StepTitle({ children }: { children: ReactNode }) {
  return <h1 className="mb-5 heading text-2xl sm:text-3xl">{children}</h1>;
}

export function BackLink({ to, icon, children }: { to: string; icon: ReactNode; children: ReactNode }) {
  return (
    <Link
      to={to}
      className="inline-flex items-center gap-1.5 rounded-sm text-base text-muted underline-offset-4 hover:text-text hover:underline"
    >
      {icon}
      {children}
    </Link>
  );
}
