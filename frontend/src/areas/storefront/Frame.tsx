import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, ScrollRestoration } from "react-router-dom";
import { useCart } from "@/features/cart/api";
import { useCartDrawer } from "@/features/cart/useCartDrawer";
import { SearchBox } from "@/features/catalogue/SearchBox";
import { useListCategories } from "@/shared/api/generated/catalog/catalog";
import { useMe } from "@/shared/api/generated/identity/identity";
import { useReadHome } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import { StorefrontShell } from "@/shared/kit";
import { useStore } from "./useStore";

// Not needed to see the first page, so not part of what must be there to show it.
const CartDrawer = lazy(async () => ({ default: (await import("@/features/cart/CartDrawer")).CartDrawer }));
const CurrencyMenu = lazy(async () => ({ default: (await import("./CurrencyMenu")).CurrencyMenu }));
const ThemeMenu = lazy(async () => ({ default: (await import("@/shared/kit/ThemeMenu")).ThemeMenu }));

const LINKS = 7;

/** The shop around its pages: search, categories, account, cart. */
export function Frame() {
  const { t } = useTranslation("storefront");
  const { number } = useFormat();
  const { store, crash } = useStore();
  const categories = useListCategories();
  const totals = useReadHome().data?.totals;
  const me = useMe();
  const cart = useCart();
  const { open, show } = useCartDrawer();
  const [drawerUsed, setDrawerUsed] = useState(false);
  const links = useMemo(
    () => [
      { to: "/search?sort=newest", label: t("new"), end: true },
      ...(categories.data?.data ?? [])
        .slice(0, LINKS)
        .map(({ slug, name }) => ({ to: `/c/${slug}`, label: name })),
    ],
    [categories.data, t],
  );
  if (crash) return crash;
  if (open && !drawerUsed) setDrawerUsed(true);
  const account = me.data?.account;
  return (
    <>
      <StorefrontShell
        brand={{ name: store?.name ?? "" }}
        announcement={store?.theme.announcement}
        links={links}
        linksAside={store && <Link to="/seller">{t("sell_here", { name: store.name })}</Link>}
        search={
          <SearchBox
            placeholder={
              totals && totals.products > 0
                ? t("search_among", { products: number(totals.products), sellers: number(totals.sellers) })
                : t("search_plain")
            }
          />
        }
        account={
          account ? { to: "/account/orders", label: account.name } : { to: "/signin", label: t("sign_in") }
        }
        cart={{
          label: t("cart", { count: cart.data?.lines ?? 0 }),
          count: cart.data?.lines ?? 0,
          onOpen: show,
        }}
        extra={
          <Suspense fallback={<span className="size-9" />}>
            {store && store.currencies.length > 1 && (
              <CurrencyMenu currencies={store.currencies} chosen={store.shown_in} />
            )}
            <ThemeMenu />
          </Suspense>
        }
        footer={<Footer name={store?.name ?? ""} tagline={store?.tagline ?? ""} />}
      />
      <Suspense>{drawerUsed && <CartDrawer />}</Suspense>
      <ScrollRestoration />
    </>
  );
}

function Footer({ name, tagline }: { name: string; tagline: string }) {
  const { t } = useTranslation("storefront");
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-10 gap-y-6">
      <div>
        <p className="heading text-lg">{name}</p>
        <p className="text-base text-muted">
          <bdi>{tagline}</bdi>
        </p>
      </div>
      <ul className="flex flex-wrap gap-x-6 gap-y-2 text-base text-muted [&_a]:underline-offset-4 [&_a]:hover:underline">
        <li>
          <Link to="/account/orders">{t("my_orders")}</Link>
        </li>
        <li>
          <Link to="/seller">{t("for_sellers")}</Link>
        </li>
        <li>
          <Link to="/marketplaces">{t("all_marketplaces")}</Link>
        </li>
      </ul>
    </div>
  );
}
