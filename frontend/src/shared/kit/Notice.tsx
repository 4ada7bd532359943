import { clsx as cx } from "clsx";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

const LOOKS = {
  positive: { box: "bg-positive-soft", icon: "text-positive", Icon: CircleCheck },
  info: { box: "bg-info-soft", icon: "text-info", Icon: Info },
  warning: { box: "bg-warning-soft", icon: "text-warning", Icon: TriangleAlert },
  negative: { box: "bg-negative-soft", icon: "text-negative", Icon: CircleAlert },
} as const;

interface NoticeProps {
  tone?: keyof typeof LOOKS;
  title: ReactNode;
  children?: ReactNode;
  icon?: ReactNode;
  action?: ReactNode;
}

/** Something to know on the page itself: a promise, a warning, why a form was refused (then `tone="negative"`, read aloud). */
export function Notice({ tone = "info", title, children, icon, action }: NoticeProps) {
  const { box, icon: colour, Icon } = LOOKS[tone];
  return (
    <div
      role={tone === "negative" ? "alert" : undefined}
      className={cx("flex items-center gap-4 rounded-lg px-5 py-4", box)}
    >
      <span className={cx("shrink-0 self-start pt-0.5 [&_svg]:size-[22px]", colour)}>
        {icon ?? <Icon aria-hidden />}
      </span>
      <div className="min-w-0 grow">
        <p className="font-semibold">{title}</p>
        {children && <div className="text-sm text-text/80">{children}</div>}
      </div>
      {action}
    </div>
  );
}
