import { Store } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { CartGroupOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { CartLine } from "./CartLine";

interface SellerGroupProps {
  group: CartGroupOut;
  onQuantity: (variantId: string, quantity: number) => void;
  onLeave?: (() => void) | undefined;
}

/** One seller's lines, what their parcel costs, and how far it is to free delivery. */
export function SellerGroup({ group, onQuantity, onLeave }: SellerGroupProps) {
  const { t } = useTranslation("cart");
  const { money } = useFormat();
  return (
    <section aria-label={t("from_seller", { seller: group.seller.name })}>
      <header className="flex items-center justify-between gap-4 border-b border-line pb-2.5 text-base">
        <Link
          to={`/s/${group.seller.slug}`}
          onClick={onLeave}
          className="flex min-w-0 items-center gap-2 font-semibold underline-offset-4 hover:underline"
        >
          <Store aria-hidden className="size-4 shrink-0" />
          <span className="truncate">{group.seller.name}</span>
        </Link>
        <span className="figures text-sm whitespace-nowrap text-muted">
          {group.shipping.amount === 0
            ? t("delivery_free")
            : t("delivery_for", { price: money(group.shipping) })}
        </span>
      </header>
      <FreeDelivery group={group} />
      <ul className="divide-y divide-line">
        {group.lines.map((line) => (
          <CartLine
            key={line.variant_id}
            line={line}
            onQuantity={(quantity) => onQuantity(line.variant_id, quantity)}
            onLeave={onLeave}
          />
        ))}
      </ul>
    </section>
  );
}

function FreeDelivery({ group }: { group: CartGroupOut }) {
  const { t } = useTranslation("cart");
  const { money } = useFormat();
  if (!group.free_above || group.free_above.amount === 0) return null;
  const missing = group.free_above.amount - group.items.amount;
  const share = Math.min(1, group.items.amount / group.free_above.amount);
  return (
    <div className="pt-3">
      <p className={`text-sm ${missing <= 0 ? "font-medium text-positive" : "text-muted"}`}>
        {missing <= 0
          ? t("free_reached")
          : t("free_missing", { price: money({ ...group.free_above, amount: missing }) })}
      </p>
      <div aria-hidden className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-line">
        <div
          className={`h-full rounded-full transition-[width] duration-200 ${missing <= 0 ? "bg-positive" : "bg-accent"}`}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </div>
  );
}
