import type { ReactNode } from "react";

interface EmptyStateProps {
  title: ReactNode;
  /** Why there is nothing and what to do about it. */
  children?: ReactNode;
  icon?: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ title, children, icon, action }: EmptyStateProps) {
  return (
    <div className="mx-auto flex max-w-sm flex-col items-center px-6 py-14 text-center">
      {icon && (
        <span className="mb-4 inline-flex size-14 items-center justify-center rounded-full bg-sunken text-muted [&_img]:size-9 [&_svg]:size-6">
          {icon}
        </span>
      )}
      <h2 className="text-md font-semibold">{title}</h2>
      {children && <p className="mt-1 text-base text-pretty text-muted">{children}</p>}
      {action && <div className="mt-5">{action}</div>}
    </div>
  );
}
