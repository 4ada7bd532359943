import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";

export function Breadcrumbs({ crumbs }: { crumbs: readonly { to: string; name: string }[] }) {
  const { t } = useTranslation("catalogue");
  return (
    <nav aria-label={t("where")} className="mb-3">
      <ol className="flex flex-wrap items-center gap-x-1.5 gap-y-1 text-sm text-muted">
        {[{ to: "/", name: t("home") }, ...crumbs].map(({ to, name }, index) => (
          <li key={to} className="flex items-center gap-1.5">
            {index > 0 && <ChevronRight aria-hidden className="size-3.5 flip-rtl" />}
            <Link to={to} className="rounded-sm underline-offset-4 hover:text-text hover:underline">
              {name}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
