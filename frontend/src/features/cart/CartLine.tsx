import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { CartLineOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Chip, IconButton, Quantity } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";

const MOST_OF_ONE = 99;

interface CartLineProps {
  line: CartLineOut;
  onQuantity: (quantity: number) => void;
  /** Where the line leads away from: the drawer closes. */
  onLeave?: (() => void) | undefined;
}

export function CartLine({ line, onQuantity, onLeave }: CartLineProps) {
  const { t } = useTranslation("cart");
  const { money } = useFormat();
  const unpriced = line.unit === null;
  const gone = line.problem === "out_of_stock" || unpriced;
  return (
    <li className="flex gap-4 py-4">
      <ProductPicture
        name={line.picture}
        tone={line.tone as Tone}
        className={`size-20 shrink-0 rounded-md sm:size-24 ${gone ? "opacity-50" : ""}`}
      />
      <div className="flex min-w-0 grow flex-col">
        <div className="flex items-start justify-between gap-3">
          <div className="min-w-0">
            <Link
              to={`/p/${line.slug}?variant=${line.variant_id}`}
              onClick={onLeave}
              className="line-clamp-2 text-base font-semibold underline-offset-4 hover:underline"
            >
              {line.title}
            </Link>
            {line.variant_title && <p className="text-sm text-muted">{line.variant_title}</p>}
          </div>
          <p
            className={`figures text-base font-semibold whitespace-nowrap ${gone ? "text-muted line-through" : ""}`}
          >
            {line.line && money(line.line)}
          </p>
        </div>
        {gone ? (
          <p className="mt-1.5">
            <Chip tone="negative">{t(unpriced ? "not_in_currency" : "out_of_stock")}</Chip>
          </p>
        ) : (
          line.quantity > 1 &&
          line.unit && (
            <p className="mt-0.5 figures text-sm text-muted">{t("each", { price: money(line.unit) })}</p>
          )
        )}
        <div className="mt-auto flex items-center justify-between gap-3 pt-2">
          {gone ? (
            <span />
          ) : (
            <Quantity
              name={line.title}
              value={line.quantity}
              onChange={onQuantity}
              max={Math.min(line.available, MOST_OF_ONE)}
            />
          )}
          <IconButton size="sm" label={t("remove", { name: line.title })} onClick={() => onQuantity(0)}>
            <Trash2 />
          </IconButton>
        </div>
      </div>
    </li>
  );
}
