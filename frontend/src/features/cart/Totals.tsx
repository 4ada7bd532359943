import { useTranslation } from "react-i18next";
import type { CartOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";

/** What the cart costs, line by line, as the marketplace shows prices. */
export function Totals({ cart }: { cart: CartOut }) {
  const { t } = useTranslation("cart");
  const { money } = useFormat();
  return (
    <>
      <dl className="grid gap-2 text-base">
        <Row name={t("items")} amount={money(cart.items)} />
        <Row
          name={t("delivery", { count: cart.groups.length })}
          amount={cart.shipping.amount === 0 ? t("free") : money(cart.shipping)}
        />
        {cart.tax_mode === "exclusive" && <Row name={t("tax")} amount={money(cart.tax)} />}
        <div className="mt-1 flex items-baseline justify-between gap-4 border-t border-line pt-3">
          <dt className="text-md font-semibold">{t("total")}</dt>
          <dd className="figures text-xl font-bold">{money(cart.total)}</dd>
        </div>
      </dl>
      {cart.tax_mode === "inclusive" && (
        <p className="mt-2 text-end figures text-sm text-muted">
          {t("tax_included", { tax: money(cart.tax) })}
        </p>
      )}
    </>
  );
}

function Row({ name, amount }: { name: string; amount: string }) {
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt className="text-muted">{name}</dt>
      <dd className="figures">{amount}</dd>
    </div>
  );
}
