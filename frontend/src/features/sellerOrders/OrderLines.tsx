import { useTranslation } from "react-i18next";
import type { OrderLineOut, SellerOrderFullOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Card, Chip } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";
import { leftToShip } from "./api";

/** What was bought, and how much of it has gone where. */
export function OrderLines({ order }: { order: SellerOrderFullOut }) {
  const { t } = useTranslation("sellerOrders");
  return (
    <Card title={t("items")} aside={t("lines_count", { count: order.lines.length })} flush>
      <ul className="divide-y divide-line border-t border-line">
        {order.lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </ul>
    </Card>
  );
}

function Line({ line }: { line: OrderLineOut }) {
  const { t } = useTranslation("sellerOrders");
  const { joined, money } = useFormat();
  const left = leftToShip(line);
  return (
    <li className="flex items-center gap-3.5 px-5 py-3.5">
      <ProductPicture name={line.picture} tone={line.tone as Tone} className="size-12 shrink-0 rounded-md" />
      <div className="min-w-0 grow">
        <p className="font-semibold">{line.title}</p>
        <p className="text-sm text-muted">
          {joined([line.variant_title, `${line.quantity} × ${money(line.unit)}`])}
        </p>
        <p className="mt-1 flex flex-wrap gap-1.5 empty:hidden">
          {line.shipped > 0 && left > 0 && (
            <Chip tone="info">{t("shipped_of", { shipped: line.shipped, all: line.quantity })}</Chip>
          )}
          {line.cancelled > 0 && <Chip>{t("cancelled_of", { number: line.cancelled })}</Chip>}
          {line.returned > 0 && <Chip tone="warning">{t("returned_of", { number: line.returned })}</Chip>}
        </p>
      </div>
      <p className="figures font-semibold">{money(line.total)}</p>
    </li>
  );
}
