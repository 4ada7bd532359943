import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { TopCategoryOut } from "@/shared/api/generated/model";
import { ProductPicture, type Tone } from "@/shared/pictures";

/** The way in: each category with its picture. On a phone the row scrolls sideways. */
export function Categories({ categories }: { categories: readonly TopCategoryOut[] }) {
  const { t } = useTranslation("catalogue");
  return (
    <nav
      aria-label={t("categories")}
      className="-mx-4 [scrollbar-width:none] overflow-x-auto px-4 sm:mx-0 sm:px-0"
    >
      <ul className="grid auto-cols-[6.5rem] grid-flow-col gap-4 sm:auto-cols-[minmax(6.5rem,1fr)] lg:gap-5">
        {categories.map((category) => (
          <li key={category.id}>
            <Link
              to={`/c/${category.slug}`}
              className="group block rounded-xl py-1 text-center text-base font-medium"
            >
              <ProductPicture
                name={category.picture}
                tone={category.tone as Tone}
                eager
                className="aspect-[10/7] w-full rounded-full transition-transform duration-150 group-hover:scale-[1.03] [&_img]:size-[52%]"
              />
              <span className="mt-2.5 block truncate underline-offset-4 group-hover:underline">
                {category.name}
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
