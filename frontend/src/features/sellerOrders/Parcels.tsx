import { Package } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { SellerOrderFullOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Card, Chip, CopyId } from "@/shared/kit";

/** Every parcel on its way, arrived or come back unpaid, with what is in it. */
export function Parcels({ order }: { order: SellerOrderFullOut }) {
  const { t } = useTranslation("sellerOrders");
  const { dateTime, joined } = useFormat();
  if (order.shipments.length === 0) return null;
  const cameBack = order.timeline.some(({ kind }) => kind === "refused");
  const titles = new Map(
    order.lines.map((line) => [line.id, [line.title, line.variant_title].filter(Boolean).join(", ")]),
  );
  return (
    <Card title={t("parcels")} flush>
      <ul className="divide-y divide-line border-t border-line">
        {order.shipments.map((parcel) => (
          <li key={parcel.id} className="flex items-start gap-3.5 px-5 py-3.5">
            <span
              aria-hidden
              className="inline-flex size-9 shrink-0 items-center justify-center rounded-md bg-sunken text-muted"
            >
              <Package className="size-[18px]" />
            </span>
            <div className="min-w-0 grow">
              <p className="flex flex-wrap items-center gap-x-3 gap-y-1 font-semibold">
                {parcel.carrier}
                <CopyId id={parcel.tracking} className="font-normal" />
              </p>
              <p className="text-sm text-muted">
                {joined(
                  parcel.lines.map(
                    ({ line_id, quantity }) => `${quantity} × ${titles.get(line_id) ?? line_id}`,
                  ),
                )}
              </p>
              <p className="figures text-sm text-muted">
                {t("shipped_at", { when: dateTime(parcel.shipped_at) })}
              </p>
            </div>
            <Chip tone={cameBack ? "warning" : parcel.delivered_at ? "positive" : "neutral"}>
              {t(cameBack ? "refused" : parcel.delivered_at ? "state_delivered" : "state_shipped")}
            </Chip>
          </li>
        ))}
      </ul>
    </Card>
  );
}
