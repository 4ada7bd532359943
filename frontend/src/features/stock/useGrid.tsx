import { useTranslation } from "react-i18next";
import type { SellerOfferOut, SellerProductOut, SellerVariantOut } from "@/shared/api/generated/model";
import { currencySymbol, parseMoney, useFormat } from "@/shared/format";
import { Chip, type Column } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";
import { useSaving } from "./api";
import { EditCell, type Read } from "./EditCell";

const LOW = 5;

export interface GridRow {
  product: SellerProductOut;
  variant: SellerVariantOut;
  name: string;
}

/** One row per variant. */
export function rowsOf(products: readonly SellerProductOut[]): GridRow[] {
  return products.flatMap((product) =>
    product.variants.map((variant) => ({
      product,
      variant,
      name: [product.title, variant.title].filter(Boolean).join(", "),
    })),
  );
}

/** The columns: the product, a count for each place, what is promised, a price for each marketplace and each currency in which it sells. */
export function useGrid(
  sellerId: string,
  rows: readonly GridRow[],
  onPictures: (product: SellerProductOut) => void,
): Column<GridRow>[] {
  const { t } = useTranslation("stock");
  const { number } = useFormat();
  const places = new Map(
    rows.flatMap(({ variant }) => variant.locations.map(({ location_id, name }) => [location_id, name])),
  );
  const markets = new Map(
    rows.flatMap(({ variant }) =>
      variant.offers.flatMap(({ tenant, currencies }) =>
        currencies.map((currency) => [
          `${tenant.slug} ${currency}`,
          {
            slug: tenant.slug,
            currency,
            name: currencies.length > 1 ? `${tenant.name} ${currency}` : tenant.name,
          },
        ]),
      ),
    ),
  );
  return [
    { id: "product", header: t("product"), cell: (row) => <Product row={row} onPictures={onPictures} /> },
    ...[...places].map(([id, place]) => ({
      id,
      header: <Head over={t("stock")}>{place}</Head>,
      align: "end" as const,
      cell: (row: GridRow) => <StockCell sellerId={sellerId} row={row} locationId={id} place={place} />,
    })),
    {
      id: "reserved",
      header: t("reserved"),
      align: "end",
      from: "lg",
      cell: ({ variant }) => <span className="text-muted">{number(variant.reserved)}</span>,
    },
    ...[...markets].map(([id, { slug, currency, name }]) => ({
      id,
      header: <Head over={t("price")}>{name}</Head>,
      align: "end" as const,
      cell: (row: GridRow) => {
        const offer = row.variant.offers.find(({ tenant }) => tenant.slug === slug);
        return (
          offer && <PriceCell sellerId={sellerId} row={row} offer={offer} currency={currency} market={name} />
        );
      },
    })),
  ];
}

/** What the column tells, and of where. */
function Head({ over, children }: { over: string; children: string }) {
  return (
    <span className="inline-block max-w-26 py-1.5 leading-tight">
      <span className="block">{over}</span>
      <span className="block truncate text-xs font-normal" title={children}>
        {children}
      </span>
    </span>
  );
}

interface ProductProps {
  row: GridRow;
  onPictures: (product: SellerProductOut) => void;
}

function Product({ row: { product, variant, name }, onPictures }: ProductProps) {
  const { t } = useTranslation("stock");
  return (
    <span className="flex min-w-44 items-center gap-3">
      <button
        type="button"
        aria-label={t("pictures_of", { name })}
        title={t("pictures")}
        className="shrink-0 rounded-md hover:outline-2 hover:outline-accent"
        onClick={() => onPictures(product)}
      >
        <ProductPicture
          name={product.picture}
          tone={product.tone as Tone}
          className="size-9 rounded-md [&_img:not([srcset])]:size-[68%]"
        />
      </button>
      <span className="min-w-0">
        <span className="line-clamp-2 font-semibold">{name}</span>
        <span className="flex flex-wrap items-center gap-2">
          <span className="font-mono text-xs text-muted">{variant.sku}</span>
          {product.state !== "published" && <Chip>{t(`state_${product.state}`)}</Chip>}
          {variant.available <= 0 ? (
            <Chip tone="negative">{t("out")}</Chip>
          ) : (
            variant.available <= LOW && <Chip tone="warning">{t("low")}</Chip>
          )}
        </span>
      </span>
    </span>
  );
}

interface StockCellProps {
  sellerId: string;
  row: GridRow;
  locationId: string;
  place: string;
}

function StockCell({ sellerId, row: { variant, name }, locationId, place }: StockCellProps) {
  const { t } = useTranslation("stock");
  const { saveStock } = useSaving(sellerId);
  const shelf = variant.locations.find(({ location_id }) => location_id === locationId);
  if (!shelf) return null;
  const read = (text: string): Read<number> => {
    if (!/^\d{1,7}$/.test(text.trim())) return { wrong: t("stock_wrong") };
    const value = Number(text);
    return value < shelf.reserved ? { wrong: t("stock_reserved", { number: shelf.reserved }) } : { value };
  };
  return (
    <EditCell
      label={t("cell_stock", { name, place })}
      column={locationId}
      shown={String(shelf.on_hand)}
      read={read}
      save={(value) => saveStock(variant, locationId, value)}
    />
  );
}

interface PriceCellProps {
  sellerId: string;
  row: GridRow;
  offer: SellerOfferOut;
  currency: string;
  market: string;
}

/** In a further currency it may be empty: then the variant is not for sale in it. */
function PriceCell({ sellerId, row: { variant, name }, offer, currency, market }: PriceCellProps) {
  const { t } = useTranslation("stock");
  const { amount, locale } = useFormat();
  const { savePrice } = useSaving(sellerId);
  const price = [offer, ...offer.further].find((one) => one.price.currency === currency)?.price;
  const further = currency !== offer.price.currency;
  const read = (text: string): Read<number | null> => {
    const money = parseMoney(text, currency, locale);
    if (money && money.amount > 0) return { value: money.amount };
    if (further && text.trim() === "") return { value: null };
    const wrong = t("price_wrong", { example: amount({ amount: 1250, currency }) });
    return { wrong: further ? `${wrong} ${t("price_none", { currency })}` : wrong };
  };
  return (
    <EditCell
      label={t("cell_price", { name, market })}
      column={`${offer.tenant.slug} ${currency}`}
      shown={price ? amount(price) : ""}
      leading={currencySymbol(currency, locale).symbol}
      read={read}
      save={(value) => savePrice(variant, offer, currency, value)}
    />
  );
}
