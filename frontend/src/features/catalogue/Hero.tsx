import { ArrowRight, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { Hero as HeroTold } from "@/shared/api/generated/model";
import { Button } from "@/shared/kit";
import { pictureUrl } from "@/shared/pictures";

/** Where the pictures of the greeting stand: the first large in the middle, the others around it. */
const PLACES = [
  "start-[16%] top-[16%] h-[56%]",
  "end-[12%] top-[8%] h-[25%]",
  "end-[14%] bottom-[8%] h-[20%]",
] as const;

export function Hero({ hero, name }: { hero: HeroTold | undefined; name: string }) {
  const { t } = useTranslation("catalogue");
  const { badge, title, text, cta, pictures = [], category_slug: category } = hero ?? {};
  return (
    <section className="grid overflow-hidden rounded-xl ground-fresh md:grid-cols-[8fr_7fr] lg:min-h-[418px]">
      <div className="flex flex-col items-start justify-center px-6 py-10 sm:px-10 lg:px-[52px]">
        {badge && (
          <p className="mb-4 rounded-full bg-surface/85 px-2.5 py-0.5 text-xs font-semibold text-accent">
            <bdi>{badge}</bdi>
          </p>
        )}
        <h1 className="max-w-[12em] heading text-3xl sm:text-4xl">
          <bdi>{title || name}</bdi>
        </h1>
        {text && (
          <p className="mt-4 max-w-[25em] text-md text-muted lg:text-lg">
            <bdi>{text}</bdi>
          </p>
        )}
        <div className="mt-7 flex flex-wrap items-center gap-x-4 gap-y-3">
          <Button asChild tone="primary" size="xl">
            <Link to={category ? `/c/${category}` : "/search"}>
              {cta || t("shop_all")}
              <ArrowRight aria-hidden className="flip-rtl" />
            </Link>
          </Button>
          <span className="inline-flex items-center gap-2 text-base text-muted">
            <ShieldCheck aria-hidden className="size-[18px]" />
            {t("buyer_protection")}
          </span>
        </div>
      </div>
      <div aria-hidden className="relative h-48 ground-deep sm:h-64 md:h-auto">
        {pictures.slice(0, PLACES.length).map((picture, index) => (
          <img
            key={picture}
            src={pictureUrl(picture)}
            alt=""
            draggable={false}
            className={`absolute w-auto object-contain ${PLACES[index] ?? ""}`}
          />
        ))}
      </div>
    </section>
  );
}
