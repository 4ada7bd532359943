import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { Problem } from "@/shared/api";
import type { MoneyOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Notice } from "@/shared/kit";

interface RefusedProps {
  problem: Problem;
  /** Agrees to the new total. */
  onAccept: (total: MoneyOut) => void;
  onRetry: () => void;
}

/** Why the order was not placed, and the one thing to do about it. */
export function Refused({ problem, onAccept, onRetry }: RefusedProps) {
  const { t } = useTranslation("checkout");
  const { money } = useFormat();
  const { expected, actual } = problem.facts as { expected?: MoneyOut; actual?: MoneyOut };
  if (problem.code === "pricing.price_changed" && expected && actual)
    return (
      <Notice
        tone="warning"
        title={t("price_changed_title")}
        action={
          <Button tone="primary" onClick={() => onAccept(actual)}>
            {t("price_accept", { total: money(actual) })}
          </Button>
        }
      >
        {t("price_changed", { before: money(expected), now: money(actual) })}
      </Notice>
    );
  if (
    problem.code === "inventory.out_of_stock" ||
    problem.code === "catalog.not_on_sale" ||
    problem.code === "cart.empty"
  )
    return (
      <Notice
        tone="negative"
        title={t("stock_title")}
        action={
          <Button asChild>
            <Link to="/cart">{t("change_cart")}</Link>
          </Button>
        }
      >
        {problem.detail} {t("nothing_charged")}
      </Notice>
    );
  const unheard = problem.status === 0 || problem.status >= 500 || problem.code === "idempotency.in_progress";
  return (
    <Notice
      tone="negative"
      title={unheard ? t("unheard_title") : t("refused_title")}
      action={unheard && <Button onClick={onRetry}>{t("unheard_action")}</Button>}
    >
      {unheard ? t("unheard") : problem.detail || problem.title}
    </Notice>
  );
}
