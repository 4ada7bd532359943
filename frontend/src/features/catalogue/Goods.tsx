import type { CardOut } from "@/shared/api/generated/model";
import type { ReactNode } from "react";
import { PRODUCT_GRID, ProductCard, ProductCardSkeleton } from "@/shared/kit";
import type { Tone } from "@/shared/pictures";
import { useTranslation } from "react-i18next";

interface GoodsProps<Card extends CardOut> {
  cards: readonly Card[];
  narrow?: boolean;
  /** What a search says of a card beside what stands on it anyway. */
  say?: (card: Card) => { shown?: ReactNode; detail?: ReactNode };
}

/** Products side by side. `narrow` where filters stand beside them. */
export function Goods<Card extends CardOut>({ cards, narrow = false, say }: GoodsProps<Card>) {
  const { t } = useTranslation("catalogue");
  return (
    <ul className={grid(narrow)}>
      {cards.map((card) => (
        <li key={card.listing_id} className="min-w-0">
          <ProductCard
            to={`/p/${card.slug}`}
            title={card.title}
            seller={card.seller.name}
            picture={card.picture}
            tone={card.tone as Tone}
            price={card.price}
            before={card.compare_at ?? undefined}
            from={card.from_price}
            note={card.in_stock ? undefined : t("sold_out")}
            {...say?.(card)}
          />
        </li>
      ))}
    </ul>
  );
}

export function GoodsSkeleton({ count = 8, narrow = false }: { count?: number; narrow?: boolean }) {
  const { t } = useTranslation("kit");
  return (
    <div role="status" aria-label={t("loading")} className={grid(narrow)}>
      {Array.from({ length: count }, (_, index) => (
        <ProductCardSkeleton key={index} />
      ))}
    </div>
  );
}

function grid(narrow: boolean): string {
  return narrow ? PRODUCT_GRID.replace("lg:grid-cols-4", "lg:grid-cols-3") : PRODUCT_GRID;
}
