import { clsx as cx } from "clsx";
import { Heart, Menu as MenuIcon, ShoppingBag, UserRound } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink, Outlet, useLocation } from "react-router-dom";
import { Badge } from "./Badge";
import { Drawer } from "./Drawer";
import { IconButton } from "./IconButton";

export interface StorefrontLink {
  to: string;
  label: string;
  /** Stands out: "Sale". */
  loud?: boolean;
  end?: boolean;
}

interface StorefrontShellProps {
  brand: { name: string; logoUrl?: string | undefined };
  announcement?: ReactNode;
  links: readonly StorefrontLink[];
  /** At the end of the row of links: "Sell on Nordmarkt". */
  linksAside?: ReactNode;
  /** The search field; it takes the room there is. */
  search: ReactNode;
  account: { to: string; label: string };
  wishlist?: { to: string; label: string };
  cart: { label: string; count: number; onOpen: () => void };
  /** Between wish list and edge on wide screens: the theme menu. */
  extra?: ReactNode;
  footer?: ReactNode;
}

export const STORE_WIDTH = "mx-auto w-full max-w-[1280px] px-4 sm:px-6 lg:px-10";

/** The frame of a marketplace's shop. Pages come in through the router's outlet. */
export function StorefrontShell(props: StorefrontShellProps) {
  const { brand, announcement, links, linksAside, search, footer } = props;
  const { t } = useTranslation("kit");
  const [menuOpen, setMenuOpen] = useState(false);
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#main"
        className="sr-only z-60 rounded-md bg-accent px-4 py-2 text-on-accent focus:not-sr-only focus:fixed focus:start-3 focus:top-3"
      >
        {t("skip")}
      </a>
      <header className="border-b border-line bg-surface">
        {announcement && (
          <p className="bg-accent px-4 py-2 text-center text-sm font-medium text-balance text-on-accent dark:bg-accent-soft dark:text-accent print:hidden">
            <bdi>{announcement}</bdi>
          </p>
        )}
        <div
          className={cx(
            STORE_WIDTH,
            "flex flex-wrap items-center gap-x-3 gap-y-2.5 py-3 lg:flex-nowrap lg:gap-x-7",
          )}
        >
          <IconButton
            label={t("menu")}
            className="-ms-2 lg:hidden print:hidden"
            onClick={() => setMenuOpen(true)}
          >
            <MenuIcon />
          </IconButton>
          <Brand {...brand} />
          <div className="order-last w-full lg:order-none lg:w-auto lg:grow print:hidden">{search}</div>
          <Tools {...props} />
        </div>
        <nav className={cx(STORE_WIDTH, "hidden items-center gap-7 pb-3 lg:flex print:hidden")}>
          {links.map((link) => (
            <ShopLink key={link.to} link={link} />
          ))}
          {linksAside && <span className="ms-auto text-base font-medium text-muted">{linksAside}</span>}
        </nav>
      </header>
      <Drawer side="start" open={menuOpen} onClose={() => setMenuOpen(false)} title={brand.name}>
        <nav className="grid gap-1">
          {links.map((link) => (
            <NavLink
              key={link.to}
              to={link.to}
              onClick={() => setMenuOpen(false)}
              className="rounded-md px-3 py-2.5 text-md font-medium hover:bg-sunken"
            >
              {link.label}
            </NavLink>
          ))}
          {linksAside && <span className="px-3 py-2.5 text-md text-muted">{linksAside}</span>}
        </nav>
      </Drawer>
      <main id="main" tabIndex={-1} className={cx(STORE_WIDTH, "grow py-6 outline-none lg:py-7")}>
        <Outlet />
      </main>
      {footer && (
        <footer className="mt-12 border-t border-line bg-sunken print:hidden">
          <div className={cx(STORE_WIDTH, "py-10")}>{footer}</div>
        </footer>
      )}
    </div>
  );
}

/** The marketplace's name in its own face, or its logo; leads to the start. */
export function Brand({ name, logoUrl }: StorefrontShellProps["brand"]) {
  return (
    <Link to="/" className="shrink-0 heading text-xl leading-9 text-accent sm:text-[1.625rem]">
      {logoUrl ? <img src={logoUrl} alt={name} className="h-9 w-auto" /> : name.toLowerCase()}
    </Link>
  );
}

function Tools({ account, wishlist, cart, extra }: StorefrontShellProps) {
  return (
    <div className="ms-auto flex items-center gap-1 lg:ms-0 print:hidden">
      <Link
        to={account.to}
        className="flex h-9 items-center gap-2 rounded-full px-2.5 text-base font-medium hover:bg-text/6"
      >
        <UserRound aria-hidden className="size-[18px]" />
        <span className="max-sm:sr-only">{account.label}</span>
      </Link>
      {extra}
      {wishlist && (
        <Link
          to={wishlist.to}
          aria-label={wishlist.label}
          className="inline-flex size-9 items-center justify-center rounded-full hover:bg-text/6 max-sm:hidden"
        >
          <Heart aria-hidden className="size-[19px]" />
        </Link>
      )}
      <IconButton label={cart.label} onClick={cart.onOpen} className="relative">
        <ShoppingBag />
        <Badge tone="solid" count={cart.count} className="absolute -end-0.5 -top-0.5" />
      </IconButton>
    </div>
  );
}

/** A link to a list with a query is where one is only while that query stands. */
function ShopLink({ link }: { link: StorefrontLink }) {
  const { pathname, search } = useLocation();
  const [path = "", query] = link.to.split("?");
  const here = (link.end ?? query !== undefined) ? pathname === path : `${pathname}/`.startsWith(`${path}/`);
  const active = here && (query === undefined || search === `?${query}`);
  return (
    <Link to={link.to} aria-current={active ? "page" : undefined} className={linkLook(link, active)}>
      {link.label}
    </Link>
  );
}

function linkLook(link: StorefrontLink, active: boolean): string {
  return cx(
    "text-base font-medium underline-offset-4 hover:underline",
    link.loud ? "text-negative" : active ? "text-text" : "text-muted hover:text-text",
  );
}
