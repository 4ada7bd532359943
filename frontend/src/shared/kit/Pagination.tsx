import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";

interface PaginationProps {
  /** Without it there is nothing before. */
  onPrevious?: (() => void) | undefined;
  /** Without it this is the end. */
  onNext?: (() => void) | undefined;
  shown?: number;
  total?: number | undefined;
  busy?: boolean;
}

/** Forwards and back through a list that knows its next page, not its number of pages; one page alone needs no buttons. */
export function Pagination({ onPrevious, onNext, shown, total, busy }: PaginationProps) {
  const { t } = useTranslation("kit");
  return (
    <nav aria-label={t("pages")} className="flex items-center justify-between gap-4">
      <p className="figures text-sm text-muted">
        {shown !== undefined &&
          (total === undefined ? t("shown", { count: shown }) : t("shown_of", { count: shown, total }))}
      </p>
      <div className={onPrevious || onNext ? "flex gap-2" : "hidden"}>
        <Button size="sm" onClick={onPrevious} disabled={!onPrevious}>
          <ChevronLeft className="flip-rtl" />
          {t("previous")}
        </Button>
        <Button size="sm" onClick={onNext} disabled={!onNext} busy={busy ?? false}>
          {t("next")}
          <ChevronRight className="flip-rtl" />
        </Button>
      </div>
    </nav>
  );
}
