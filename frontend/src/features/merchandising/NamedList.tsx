import { ArrowDown, ArrowUp, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/shared/kit";
import { ProductLine, type Named } from "./looks";
import { ProductPicker } from "./ProductPicker";

interface NamedListProps {
  title: string;
  hint: string;
  /** Whether the order says who stands where. */
  ordered: boolean;
  most: number;
  products: Named[];
  taken: ReadonlySet<string>;
  error: string | undefined;
  onChange: (products: Named[]) => void;
}

/** Products that a rule names, with arrows where their order counts. */
export function NamedList({ title, hint, ordered, most, products, taken, error, onChange }: NamedListProps) {
  const { t } = useTranslation("merchandising");
  const move = (from: number, to: number) => {
    const next = [...products];
    const [moved] = next.splice(from, 1);
    if (moved) next.splice(to, 0, moved);
    onChange(next);
  };
  return (
    <fieldset className="min-w-0">
      <legend className="text-sm font-semibold">{title}</legend>
      <p className="mb-2 text-sm text-muted">{hint}</p>
      {products.length > 0 && (
        <ol className="mb-2.5 divide-y divide-line rounded-lg border">
          {products.map((one, place) => (
            <li key={one.listing_id} className="flex items-center gap-1 py-1.5 ps-3 pe-1.5">
              {ordered && <span className="w-6 shrink-0 figures text-muted">{place + 1}</span>}
              <ProductLine one={one} note={one.on_sale === false ? t("not_on_sale") : undefined} />
              {ordered && (
                <>
                  <IconButton
                    size="sm"
                    label={t("move_up", { name: one.title })}
                    disabled={place === 0}
                    onClick={() => move(place, place - 1)}
                  >
                    <ArrowUp />
                  </IconButton>
                  <IconButton
                    size="sm"
                    label={t("move_down", { name: one.title })}
                    disabled={place === products.length - 1}
                    onClick={() => move(place, place + 1)}
                  >
                    <ArrowDown />
                  </IconButton>
                </>
              )}
              <IconButton
                size="sm"
                label={t("take_out", { name: one.title })}
                onClick={() => onChange(products.filter((other) => other !== one))}
              >
                <X />
              </IconButton>
            </li>
          ))}
        </ol>
      )}
      <ProductPicker
        label={`${title}: ${t("add_product")}`}
        taken={taken}
        disabled={products.length >= most}
        onPick={(one) => onChange([...products, one])}
      />
      <div aria-live="polite">{error && <p className="mt-1.5 text-sm text-negative">{error}</p>}</div>
    </fieldset>
  );
}
