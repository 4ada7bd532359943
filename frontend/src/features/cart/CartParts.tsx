import { ShoppingBag } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { CartOut } from "@/shared/api/generated/model";
import { Button, EmptyState, Skeleton, toast } from "@/shared/kit";
import { toProblem } from "@/shared/api";
import { useSetQuantity } from "./api";
import { SellerGroup } from "./SellerGroup";

/** Every seller's lines, to be changed in place. */
export function SellerGroups({ cart, onLeave }: { cart: CartOut; onLeave?: () => void }) {
  const { t } = useTranslation("cart");
  const setQuantity = useSetQuantity();
  function change(variantId: string, quantity: number) {
    setQuantity.mutate(
      { variantId, quantity },
      {
        onError: (error) =>
          toast({
            tone: "negative",
            title: t("not_changed"),
            detail: toProblem(error).detail || t("not_changed_detail"),
          }),
      },
    );
  }
  return (
    <div className="grid gap-8">
      {cart.groups.map((group) => (
        <SellerGroup key={group.seller.id} group={group} onQuantity={change} onLeave={onLeave} />
      ))}
    </div>
  );
}

export function EmptyCart({ onLeave }: { onLeave?: () => void }) {
  const { t } = useTranslation("cart");
  return (
    <EmptyState
      icon={<ShoppingBag />}
      title={t("empty_title")}
      action={
        <Button asChild tone="primary">
          <Link to="/search?sort=popular" onClick={onLeave}>
            {t("empty_action")}
          </Link>
        </Button>
      }
    >
      {t("empty_detail")}
    </EmptyState>
  );
}

export function CartSkeleton() {
  const { t } = useTranslation("kit");
  return (
    <div role="status" aria-label={t("loading")} className="grid gap-6">
      {[0, 1, 2].map((line) => (
        <div key={line} className="flex gap-4">
          <Skeleton className="size-24 rounded-md" />
          <div className="grow">
            <Skeleton className="h-5 w-3/5" />
            <Skeleton className="mt-2 h-4 w-1/4" />
            <Skeleton className="mt-6 h-8 w-28" />
          </div>
        </div>
      ))}
    </div>
  );
}

/** True when something that is in the cart can be ordered. */
export const canBeOrdered = (cart: CartOut) =>
  cart.groups.some((group) => group.lines.some((line) => line.problem !== "out_of_stock"));
