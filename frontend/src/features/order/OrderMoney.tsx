import { Banknote, CreditCard, MapPin, Wallet } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { OrderOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Card } from "@/shared/kit";

/** What it cost, what went back, and with what it was paid. */
export function OrderMoney({ order }: { order: OrderOut }) {
  const { t } = useTranslation("order");
  const { money } = useFormat();
  return (
    <Card title={t("money")}>
      <dl className="grid gap-2 text-base">
        <Row name={t("items")} amount={money(order.items)} />
        <Row name={t("delivery")} amount={order.shipping.amount === 0 ? t("free") : money(order.shipping)} />
        {order.tax_mode === "exclusive" && <Row name={t("tax")} amount={money(order.tax)} />}
        <div className="mt-1 flex items-baseline justify-between gap-4 border-t border-line pt-3">
          <dt className="font-semibold">{t("total")}</dt>
          <dd className="figures text-lg font-bold">{money(order.total)}</dd>
        </div>
        {order.refunded.amount > 0 && (
          <div className="flex items-baseline justify-between gap-4 text-positive">
            <dt className="font-medium">{t("refunded")}</dt>
            <dd className="figures font-semibold">− {money(order.refunded)}</dd>
          </div>
        )}
      </dl>
      {order.tax_mode === "inclusive" && (
        <p className="mt-1 text-end figures text-sm text-muted">
          {t("tax_included", { tax: money(order.tax) })}
        </p>
      )}
      {order.payment && order.payment.credit.amount > 0 && (
        <p className="mt-4 flex items-center gap-2.5 border-t border-line pt-4 text-base">
          <Wallet aria-hidden className="size-[18px] text-muted" />
          <span>{t("by_credit")}</span>
          <span className="ms-auto figures">{money(order.payment.credit)}</span>
        </p>
      )}
      {order.payment && order.payment.method !== "card" && (
        <p className="mt-4 flex items-center gap-2.5 border-t border-line pt-4 text-base">
          <Banknote aria-hidden className="size-[18px] text-muted" />
          <span>{t(`by_${order.payment.method}`)}</span>
          <span className="ms-auto text-end text-sm text-muted">
            <span className="block figures text-base text-text">{money(order.payment.card)}</span>
            {t(`payment.${order.payment.state}`)}
          </span>
        </p>
      )}
      {order.purchase_order && (
        <p className="mt-3 flex items-baseline justify-between gap-4 text-base">
          <span className="text-muted">{t("purchase_order")}</span>
          <bdi>{order.purchase_order}</bdi>
        </p>
      )}
      {order.payment?.last4 && (
        <p className="mt-4 flex items-center gap-2.5 border-t border-line pt-4 text-base">
          <CreditCard aria-hidden className="size-[18px] text-muted" />
          <span>
            {order.payment.brand} <span dir="ltr">•••• {order.payment.last4}</span>
          </span>
          <span className="ms-auto text-end text-sm text-muted">
            {order.payment.credit.amount > 0 && (
              <span className="block figures text-base text-text">{money(order.payment.card)}</span>
            )}
            {t(`payment.${order.payment.state}`)}
          </span>
        </p>
      )}
    </Card>
  );
}

/** Where it goes. */
export function OrderPlace({ order }: { order: OrderOut }) {
  const { t } = useTranslation("order");
  const { locale } = useFormat();
  const regions = useMemo(() => new Intl.DisplayNames(locale, { type: "region" }), [locale]);
  const { name, line1, line2, postal_code: code, city, country } = order.address;
  const lines = [line1, line2, [code, city].filter(Boolean).join(" "), country && regions.of(country)];
  return (
    <Card title={t("place")}>
      <div className="flex gap-3 text-base">
        <MapPin aria-hidden className="mt-0.5 size-[18px] shrink-0 text-muted" />
        <address className="not-italic">
          <span className="font-semibold">{name}</span>
          {lines.filter(Boolean).map((line) => (
            <span key={line} className="block text-muted">
              <bdi>{line}</bdi>
            </span>
          ))}
        </address>
      </div>
    </Card>
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
