import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useFormat } from "@/shared/format";
import { Drawer, LoadError } from "@/shared/kit";
import { useCart } from "./api";
import { CartChanges } from "./CartChanges";
import { CheckoutLink } from "./CartPage";
import { canBeOrdered, CartSkeleton, EmptyCart, SellerGroups } from "./CartParts";
import { useCartDrawer } from "./useCartDrawer";

/** The cart beside the page one is on. */
export function CartDrawer() {
  const { t } = useTranslation("cart");
  const { money } = useFormat();
  const { open, close } = useCartDrawer();
  const cart = useCart();
  const filled = cart.data && cart.data.groups.length > 0;
  return (
    <Drawer
      open={open}
      onClose={close}
      title={t("title")}
      footer={
        filled && (
          <>
            <p className="flex items-baseline justify-between gap-4">
              <span className="font-semibold">{t("total")}</span>
              <span className="figures text-lg font-bold">{money(cart.data.total)}</span>
            </p>
            <CheckoutLink possible={canBeOrdered(cart.data)} onLeave={close} />
            <p className="mt-3 text-center text-base">
              <Link
                to="/cart"
                onClick={close}
                className="font-medium text-accent underline-offset-4 hover:underline"
              >
                {t("open_page")}
              </Link>
            </p>
          </>
        )
      }
    >
      <div className="mb-5 empty:hidden">
        <CartChanges />
      </div>
      {cart.isPending && <CartSkeleton />}
      {cart.isError && <LoadError problem={cart.error} onRetry={cart.refetch} />}
      {cart.data && !filled && <EmptyCart onLeave={close} />}
      {filled && <SellerGroups cart={cart.data} onLeave={close} />}
    </Drawer>
  );
}
