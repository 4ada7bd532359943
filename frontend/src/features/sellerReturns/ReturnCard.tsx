import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { SellerReturnOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Chip, type StateTone } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";
import type { Decision } from "./DecisionDialog";

const TONES: Record<string, StateTone> = {
  requested: "warning",
  approved: "info",
  refunded: "positive",
  declined: "neutral",
  refund_failed: "negative",
};

interface ReturnCardProps {
  one: SellerReturnOut;
  sellerId: string;
  onDecide: (decision: Decision) => void;
}

/** One wish to return: what, why, how much it is worth. */
export function ReturnCard({ one, sellerId, onDecide }: ReturnCardProps) {
  const { t } = useTranslation("sellerReturns");
  const { dateTime, joined, money } = useFormat();
  return (
    <article className="grid gap-x-6 gap-y-3 px-5 py-4 sm:grid-cols-[minmax(0,1fr)_auto]">
      <div className="min-w-0">
        <ul className="grid gap-2">
          {one.lines.map((line) => (
            <li key={line.line_id} className="flex items-center gap-3">
              <ProductPicture
                name={line.picture}
                tone={line.tone as Tone}
                className="size-9 shrink-0 rounded-md [&_img]:size-[68%]"
              />
              <span className="min-w-0 font-semibold">
                {line.quantity} × {[line.title, line.variant_title].filter(Boolean).join(", ")}
              </span>
            </li>
          ))}
        </ul>
        <p className="mt-2 text-sm text-muted">
          {joined([t(`reason_${one.reason}`), one.marketplace.name, dateTime(one.requested_at)])}{" "}
          <Link
            to={`/seller/${sellerId}/orders/${one.seller_order_id}`}
            className="whitespace-nowrap text-accent underline underline-offset-4"
          >
            {t("see_order")}
          </Link>
        </p>
        {one.buyer_note && <blockquote className="mt-2 border-s-2 ps-3">{one.buyer_note}</blockquote>}
        {one.note && <p className="mt-2 text-sm text-muted">{t("your_answer", { note: one.note })}</p>}
      </div>
      <div className="flex flex-wrap items-center gap-3 sm:flex-col sm:items-end">
        <Chip tone={TONES[one.state] ?? "neutral"}>{t(`state_${one.state}`)}</Chip>
        <p className="figures font-semibold">{money(one.amount)}</p>
        {(one.state === "requested" || one.state === "refund_failed") && (
          <div className="flex gap-2">
            {one.state === "requested" && (
              <Button size="sm" onClick={() => onDecide("decline")}>
                {t("decline")}
              </Button>
            )}
            <Button size="sm" tone="soft" onClick={() => onDecide("approve")}>
              {t("approve", { amount: money(one.amount) })}
            </Button>
          </div>
        )}
      </div>
    </article>
  );
}
