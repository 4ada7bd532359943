import { Store, Truck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { CartGroupOut, CartLineOut, CartOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Card, Chip } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";

/** What is being ordered and what it comes to. */
export function Summary({ cart, framed = false }: { cart: CartOut; framed?: boolean }) {
  const { t } = useTranslation("checkout");
  const content = (
    <>
      {cart.groups.map((group) => (
        <Group key={group.seller.id} group={group} />
      ))}
      <Totals cart={cart} />
    </>
  );
  if (!framed) return content;
  return (
    <Card className="shadow-card">
      <div className="flex items-baseline justify-between pb-3.5">
        <h2 className="text-lg font-semibold">{t("your_order")}</h2>
        <Link to="/cart" className="text-base text-muted underline-offset-4 hover:underline">
          {t("edit")}
        </Link>
      </div>
      {content}
    </Card>
  );
}

function Group({ group }: { group: CartGroupOut }) {
  const { days, joined, money } = useFormat();
  const { delivery } = group;
  return (
    <section className="border-t border-line py-3.5">
      <header className="flex flex-wrap items-center justify-between gap-x-3 text-sm">
        <h3 className="flex min-w-0 items-center gap-1.5 font-semibold">
          <Store aria-hidden className="size-4 shrink-0" />
          <span className="truncate">{group.seller.name}</span>
        </h3>
        <p className="flex items-center gap-1.5 figures text-muted">
          <Truck aria-hidden className="size-4" />
          {joined([delivery && days(delivery.from, delivery.to), money(group.shipping)])}
        </p>
      </header>
      <ul>
        {group.lines.map((line) => (
          <Line key={line.variant_id} line={line} />
        ))}
      </ul>
    </section>
  );
}

function Line({ line }: { line: CartLineOut }) {
  const { t } = useTranslation("checkout");
  const { money, number } = useFormat();
  const unpriced = line.line === null;
  const gone = line.problem === "out_of_stock" || unpriced;
  return (
    <li className="grid grid-cols-[60px_minmax(0,1fr)_auto_minmax(4.5rem,auto)] items-center gap-x-3.5 pt-3 text-base">
      <ProductPicture name={line.picture} tone={line.tone as Tone} className="size-[60px] rounded-md" />
      <div className="min-w-0">
        <p className="truncate font-semibold">{line.title}</p>
        {line.variant_title && <p className="truncate text-sm text-muted">{line.variant_title}</p>}
        {gone && (
          <Chip tone="negative" className="mt-0.5">
            {t(unpriced ? "not_in_currency" : "sold_out")}
          </Chip>
        )}
      </div>
      <p className="figures text-muted">× {number(line.quantity)}</p>
      <p className={`text-end figures font-semibold ${gone ? "text-muted line-through" : ""}`}>
        {line.line && money(line.line)}
      </p>
    </li>
  );
}

function Totals({ cart }: { cart: CartOut }) {
  const { t } = useTranslation("checkout");
  const { money } = useFormat();
  return (
    <dl className="grid gap-2 border-t border-line pt-4 text-base">
      <Row name={t("items")} amount={money(cart.items)} />
      <Row name={t("delivery_of", { count: cart.groups.length })} amount={money(cart.shipping)} />
      {cart.tax_mode === "exclusive" && (
        <Row name={t("tax", { country: cart.country })} amount={money(cart.tax)} />
      )}
      <div className="mt-1.5 flex items-baseline justify-between gap-4 border-t border-line pt-3.5">
        <dt className="text-md font-semibold">{t("to_pay")}</dt>
        <dd className="figures text-xl font-bold">{money(cart.total)}</dd>
      </div>
      {cart.tax_mode === "inclusive" && (
        <div className="text-end figures text-sm text-muted">
          <dt className="sr-only">{t("vat")}</dt>
          <dd>{t("tax_included", { tax: money(cart.tax) })}</dd>
        </div>
      )}
    </dl>
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
