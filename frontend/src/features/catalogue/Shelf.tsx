import { ArrowRight } from "lucide-react";
import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";

/** A headed part of a page, with the way to all of it. */
export function Shelf({ title, to, children }: { title: string; to?: string; children: ReactNode }) {
  const { t } = useTranslation("catalogue");
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <div className="mb-5 flex items-baseline justify-between gap-4">
        <h2 id={id} className="heading text-xl sm:text-2xl">
          {title}
        </h2>
        {to && (
          <Link
            to={to}
            className="inline-flex shrink-0 items-center gap-1.5 text-base font-semibold text-accent underline-offset-4 hover:underline"
          >
            {t("see_all")}
            <span className="sr-only">: {title}</span>
            <ArrowRight aria-hidden className="size-4 flip-rtl" />
          </Link>
        )}
      </div>
      {children}
    </section>
  );
}
