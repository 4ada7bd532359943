import { PackageOpen, ShieldCheck, Store, Truck } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useReadHome, useReadStorefront } from "@/shared/api/generated/storefront/storefront";
import { EmptyState, LoadError, Skeleton } from "@/shared/kit";
import { Categories } from "./Categories";
import { Goods, GoodsSkeleton } from "./Goods";
import { Hero } from "./Hero";
import { Sellers } from "./Sellers";
import { Shelf } from "./Shelf";

export function HomePage() {
  const { t } = useTranslation("catalogue");
  const store = useReadStorefront();
  const home = useReadHome();
  return (
    <div className="grid gap-10 lg:gap-12">
      {store.data ? (
        <Hero hero={store.data.theme.hero} name={store.data.name} />
      ) : (
        <Skeleton className="h-[418px] rounded-xl" />
      )}
      {home.isError && <LoadError problem={home.error} onRetry={home.refetch} />}
      {home.isPending && <HomeSkeleton />}
      {home.data && home.data.totals.products === 0 && (
        <EmptyState icon={<PackageOpen />} title={t("home_empty_title")}>
          {t("home_empty_detail")}
        </EmptyState>
      )}
      {home.data && home.data.totals.products > 0 && (
        <>
          <Categories categories={home.data.categories} />
          <Shelf title={t("loved")} to="/search?sort=popular">
            <Goods cards={home.data.loved} />
          </Shelf>
          <Promises />
          <Shelf title={t("fresh")} to="/search?sort=newest">
            <Goods cards={home.data.fresh} />
          </Shelf>
          <Shelf title={t("sellers")}>
            <Sellers sellers={home.data.sellers} />
          </Shelf>
        </>
      )}
    </div>
  );
}

/** What every buyer here can count on. */
function Promises() {
  const { t } = useTranslation("catalogue");
  return (
    <ul className="grid gap-6 rounded-xl border bg-surface px-6 py-6 sm:grid-cols-3 sm:gap-8 lg:px-10">
      <Assurance icon={<ShieldCheck />} title={t("promise_held_title")} text={t("promise_held")} />
      <Assurance icon={<Truck />} title={t("promise_parcels_title")} text={t("promise_parcels")} />
      <Assurance icon={<Store />} title={t("promise_sellers_title")} text={t("promise_sellers")} />
    </ul>
  );
}

function Assurance({ icon, title, text }: { icon: ReactNode; title: string; text: string }) {
  return (
    <li className="flex gap-3.5">
      <span
        aria-hidden
        className="inline-flex size-10 shrink-0 items-center justify-center rounded-full bg-accent-soft text-accent [&_svg]:size-5"
      >
        {icon}
      </span>
      <span>
        <span className="block font-semibold">{title}</span>
        <span className="block text-base text-muted">{text}</span>
      </span>
    </li>
  );
}

function HomeSkeleton() {
  return (
    <>
      <div className="grid grid-cols-4 gap-5 lg:grid-cols-8">
        {Array.from({ length: 8 }, (_, index) => (
          <Skeleton key={index} className="aspect-[10/7] rounded-full max-lg:[&:nth-child(n+5)]:hidden" />
        ))}
      </div>
      <GoodsSkeleton />
    </>
  );
}
