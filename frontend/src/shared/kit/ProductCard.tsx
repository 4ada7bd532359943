import { Heart } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { Money } from "../format";
import { ProductPicture, type Tone } from "../pictures";
import { Chip } from "./Chip";
import { IconButton } from "./IconButton";
import { Discount, Price } from "./Price";
import { Rating } from "./Rating";
import { Skeleton } from "./Skeleton";

interface ProductCardProps {
  to: string;
  title: string;
  /** The title as it is shown, and a line below it, where a search says what it found. */
  shown?: ReactNode;
  detail?: ReactNode;
  seller: string;
  picture: string;
  tone?: Tone | undefined;
  price: Money;
  before?: Money | undefined;
  /** Its other variants cost more. */
  from?: boolean;
  rating?: { value: number; count: number } | undefined;
  /** "Only 2 left", "Sold out". */
  note?: string | undefined;
  wished?: boolean;
  onWish?: (wished: boolean) => void;
}

export function ProductCard({
  to,
  title,
  shown,
  detail,
  seller,
  picture,
  tone,
  price,
  before,
  from = false,
  rating,
  note,
  wished = false,
  onWish,
}: ProductCardProps) {
  const { t } = useTranslation("kit");
  return (
    <article className="group relative min-w-0">
      <div className="relative overflow-hidden rounded-lg">
        <ProductPicture
          name={picture}
          tone={tone}
          className="aspect-[6/5] w-full [&_img]:transition-transform [&_img]:duration-200 group-hover:[&_img]:scale-105"
        />
        <div className="absolute start-3 top-3 flex flex-col items-start gap-1.5">
          <Discount price={price} before={before} />
          {note && <Chip className="bg-surface">{note}</Chip>}
        </div>
      </div>
      <div className="px-0.5 pt-3">
        <h3 className="line-clamp-2 text-md leading-snug font-semibold">
          <Link
            to={to}
            className="underline-offset-4 outline-offset-4 group-hover:underline after:absolute after:inset-0 after:rounded-lg"
          >
            {shown ?? <bdi>{title}</bdi>}
          </Link>
        </h3>
        <p className="mt-0.5 truncate text-sm text-muted">{seller}</p>
        {detail}
        <div className="mt-1.5 flex flex-wrap items-center justify-between gap-x-3">
          <Price price={price} before={before} from={from} />
          {rating && rating.count > 0 && <Rating value={rating.value} count={rating.count} />}
        </div>
      </div>
      {onWish && (
        <IconButton
          tone="raised"
          size="sm"
          label={t(wished ? "wish_remove" : "wish_add", { name: title })}
          aria-pressed={wished}
          onClick={() => onWish(!wished)}
          className="absolute end-2.5 top-2.5"
        >
          <Heart className={wished ? "fill-negative text-negative" : ""} />
        </IconButton>
      )}
    </article>
  );
}

export function ProductCardSkeleton() {
  return (
    <div aria-hidden>
      <Skeleton className="aspect-[6/5] w-full rounded-lg" />
      <Skeleton className="mt-3 h-5 w-4/5" />
      <Skeleton className="mt-2 h-4 w-2/5" />
      <Skeleton className="mt-2.5 h-5 w-1/3" />
    </div>
  );
}

/** Two to a row on a phone, four on a wide screen. */
export const PRODUCT_GRID =
  "grid grid-cols-2 gap-x-3 gap-y-7 md:grid-cols-3 md:gap-x-5 lg:grid-cols-4 lg:gap-x-6 lg:gap-y-9";
