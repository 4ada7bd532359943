import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { HomeSellerOut } from "@/shared/api/generated/model";
import { Avatar } from "@/shared/kit";

export function Sellers({ sellers }: { sellers: readonly HomeSellerOut[] }) {
  const { t } = useTranslation("catalogue");
  return (
    <ul className="grid gap-3 sm:grid-cols-2 lg:grid-cols-4 lg:gap-4">
      {sellers.map((seller) => (
        <li key={seller.id}>
          <Link
            to={`/s/${seller.slug}`}
            className="flex items-center gap-3.5 rounded-lg border bg-surface px-4 py-3.5 transition-colors duration-150 hover:border-line-strong hover:bg-sunken"
          >
            <Avatar name={seller.name} size="lg" />
            <span className="min-w-0">
              <span className="block truncate font-semibold">{seller.name}</span>
              <span className="block text-sm text-muted">{t("products", { count: seller.products })}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
