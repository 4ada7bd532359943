import { Lock, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { Button, Card, LoadError, TwoColumns } from "@/shared/kit";
import { useCart } from "./api";
import { CartChanges } from "./CartChanges";
import { canBeOrdered, CartSkeleton, EmptyCart, SellerGroups } from "./CartParts";
import { Totals } from "./Totals";

export function CartPage() {
  const { t } = useTranslation("cart");
  const cart = useCart();
  return (
    <>
      <h1 className="mb-6 heading text-2xl sm:text-3xl">{t("title")}</h1>
      <CartChanges />
      {cart.isPending && <CartSkeleton />}
      {cart.isError && <LoadError problem={cart.error} onRetry={cart.refetch} />}
      {cart.data?.groups.length === 0 && <EmptyCart />}
      {cart.data && cart.data.groups.length > 0 && (
        <div className="mt-6">
          <TwoColumns
            aside={
              <Card title={t("summary")} className="lg:sticky lg:top-6">
                <Totals cart={cart.data} />
                <CheckoutLink possible={canBeOrdered(cart.data)} />
                <p className="mt-4 flex items-center gap-2 text-sm text-muted">
                  <ShieldCheck aria-hidden className="size-4 shrink-0" />
                  {t("held")}
                </p>
              </Card>
            }
          >
            <SellerGroups cart={cart.data} />
          </TwoColumns>
        </div>
      )}
    </>
  );
}

export function CheckoutLink({ possible, onLeave }: { possible: boolean; onLeave?: () => void }) {
  const { t } = useTranslation("cart");
  if (!possible)
    return (
      <Button tone="primary" size="xl" className="mt-5 w-full" disabled>
        {t("nothing_to_order")}
      </Button>
    );
  return (
    <Button asChild tone="primary" size="xl" className="mt-5 w-full">
      <Link to="/checkout/address" onClick={onLeave}>
        <Lock aria-hidden />
        {t("checkout")}
      </Link>
    </Button>
  );
}
