import { ShieldCheck, Store, Truck, Undo2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router-dom";
import type {
  DeliveryOut,
  ProductPageOut,
  VeloraFlowsScreensStorefrontHttpVariantOut as Variant,
} from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Avatar, Button, Chip, Discount, Gallery, Price, Quantity } from "@/shared/kit";
import type { Tone } from "@/shared/pictures";
import { Breadcrumbs } from "./Breadcrumbs";
import { Goods } from "./Goods";
import { Shelf } from "./Shelf";
import { Variants } from "./Variants";

const FEW_LEFT = 5;
const MOST_AT_ONCE = 20;

interface ProductViewProps {
  product: ProductPageOut;
  taxMode: string;
  adding: boolean;
  onAdd: (variant: Variant, quantity: number) => void;
}

/** A product as it can be bought now. The variant chosen stands in the address, so that it can be shared. */
export function ProductView({ product, taxMode, adding, onAdd }: ProductViewProps) {
  const { t } = useTranslation("catalogue");
  const [address, setAddress] = useSearchParams();
  const { variants } = product;
  const chosen =
    variants.find((one) => one.id === address.get("variant")) ??
    variants.find((one) => one.in_stock) ??
    variants[0];
  const pictures = product.pictures.map(({ name, tone, alt }, index) => ({
    name,
    tone: tone as Tone,
    alt: alt || (index === 0 ? product.title : ""),
  }));
  return (
    <>
      <Breadcrumbs crumbs={product.breadcrumbs.map(({ slug, name }) => ({ to: `/c/${slug}`, name }))} />
      <div className="grid items-start gap-8 lg:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)] lg:gap-14">
        <Gallery pictures={pictures} />
        <div className="min-w-0">
          {product.brand && <p className="text-base font-medium text-muted">{product.brand}</p>}
          <h1 className="heading text-2xl sm:text-3xl">
            <bdi>{product.title}</bdi>
          </h1>
          {chosen && (
            <>
              <div className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-1">
                <Price price={chosen.price} before={chosen.compare_at ?? undefined} size="lg" />
                <Discount price={chosen.price} before={chosen.compare_at ?? undefined} />
                <span className="text-sm text-muted">{t(`tax.${taxMode}`)}</span>
              </div>
              <div className="mt-6">
                <Variants
                  options={product.options}
                  variants={variants}
                  chosen={chosen}
                  onChoose={(variant) =>
                    setAddress({ variant: variant.id }, { replace: true, preventScrollReset: true })
                  }
                />
              </div>
              <Buy key={chosen.id} product={product} variant={chosen} adding={adding} onAdd={onAdd} />
            </>
          )}
          <Assurances delivery={product.delivery} />
          <SellerLink product={product} />
        </div>
      </div>
      <About product={product} />
      {product.also_from_seller.length > 0 && (
        <div className="mt-14">
          <Shelf title={t("more_from", { seller: product.seller.name })} to={`/s/${product.seller.slug}`}>
            <Goods cards={product.also_from_seller} />
          </Shelf>
        </div>
      )}
    </>
  );
}

interface BuyProps {
  product: ProductPageOut;
  variant: Variant;
  adding: boolean;
  onAdd: (variant: Variant, quantity: number) => void;
}

function Buy({ product, variant, adding, onAdd }: BuyProps) {
  const { t } = useTranslation("catalogue");
  const [quantity, setQuantity] = useState(1);
  return (
    <div className="mt-6">
      <p className="mb-3">
        {!variant.in_stock ? (
          <Chip tone="negative">{t("sold_out")}</Chip>
        ) : variant.available <= FEW_LEFT ? (
          <Chip tone="warning">{t("only_left", { count: variant.available })}</Chip>
        ) : (
          <Chip tone="positive">{t("in_stock")}</Chip>
        )}
      </p>
      <div className="flex gap-3">
        <Quantity
          name={product.title}
          size="lg"
          value={quantity}
          onChange={setQuantity}
          max={Math.max(1, Math.min(variant.available, MOST_AT_ONCE))}
        />
        <Button
          tone="primary"
          size="xl"
          className="min-w-0 grow"
          busy={adding}
          disabled={!variant.in_stock || adding}
          onClick={() => onAdd(variant, quantity)}
        >
          {variant.in_stock ? t("add_to_cart") : t("sold_out")}
        </Button>
      </div>
      {!variant.in_stock && <p className="mt-2 text-sm text-muted">{t("sold_out_hint")}</p>}
    </div>
  );
}

function Assurances({ delivery }: { delivery: DeliveryOut }) {
  const { t } = useTranslation("catalogue");
  const { days, joined, money } = useFormat();
  const cost = delivery.shipping.amount === 0 ? t("delivery_free") : money(delivery.shipping);
  return (
    <ul className="mt-7 divide-y divide-line rounded-lg border bg-surface px-5">
      <Assurance
        icon={<Truck />}
        title={joined([days(delivery.from, delivery.to), cost])}
        text={
          delivery.free_above
            ? t("delivery_free_above", { price: money(delivery.free_above) })
            : t("delivery")
        }
      />
      <Assurance icon={<ShieldCheck />} title={t("promise_held_title")} text={t("promise_held")} />
      <Assurance icon={<Undo2 />} title={t("returns_title")} text={t("returns")} />
    </ul>
  );
}

function Assurance({ icon, title, text }: { icon: ReactNode; title: string; text: string }) {
  return (
    <li className="flex gap-3.5 py-3.5">
      <span aria-hidden className="pt-0.5 text-accent [&_svg]:size-5">
        {icon}
      </span>
      <span>
        <span className="block figures text-base font-semibold">{title}</span>
        <span className="block text-sm text-muted">{text}</span>
      </span>
    </li>
  );
}

function SellerLink({ product: { seller } }: { product: ProductPageOut }) {
  const { t } = useTranslation("catalogue");
  return (
    <Link
      to={`/s/${seller.slug}`}
      className="mt-3 flex items-center gap-3.5 rounded-lg border bg-surface px-5 py-4 transition-colors duration-150 hover:bg-sunken"
    >
      <Avatar name={seller.name} size="lg" />
      <span className="min-w-0 grow">
        <span className="block text-sm text-muted">{t("sold_by")}</span>
        <span className="block truncate font-semibold">{seller.name}</span>
      </span>
      <span className="inline-flex items-center gap-2 text-base font-semibold text-accent max-sm:hidden">
        <Store aria-hidden className="size-4" />
        {t("visit_shop")}
      </span>
    </Link>
  );
}

function About({ product }: { product: ProductPageOut }) {
  const { t } = useTranslation("catalogue");
  if (!product.description && product.attributes.length === 0) return null;
  return (
    <div className="mt-12 grid gap-10 border-t border-line pt-10 lg:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)] lg:gap-14">
      <section>
        <h2 className="mb-3 heading text-xl">{t("about")}</h2>
        <p className="max-w-prose leading-relaxed whitespace-pre-line text-text/85">
          <bdi>{product.description}</bdi>
        </p>
      </section>
      {product.attributes.length > 0 && (
        <section>
          <h2 className="mb-1 heading text-xl">{t("details")}</h2>
          <dl className="divide-y divide-line text-base">
            {product.attributes.map((attribute) => (
              <div key={attribute.key} className="grid grid-cols-[2fr_3fr] gap-4 py-2.5">
                <dt className="text-muted">
                  <bdi>{attribute.label}</bdi>
                </dt>
                <dd className="font-medium">
                  <bdi>
                    {typeof attribute.value === "string"
                      ? attribute.value
                      : t(attribute.value ? "yes" : "no")}
                  </bdi>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </div>
  );
}
