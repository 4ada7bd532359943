import { clsx as cx } from "clsx";
import { CreditCard, Package, ShieldCheck, UserRound, Wallet } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, NavLink, Outlet, useLocation } from "react-router-dom";
import { useMe } from "@/shared/api/generated/identity/identity";
import { Button, EmptyState, LoadError, Skeleton } from "@/shared/kit";

const LINKS = [
  { to: "/account/orders", word: "orders", icon: <Package /> },
  { to: "/account/cards", word: "cards", icon: <CreditCard /> },
  { to: "/account/credit", word: "credit", icon: <Wallet /> },
  { to: "/account/security", word: "security", icon: <ShieldCheck /> },
] as const;

/** A buyer's own pages; whoever is not signed in is asked to. */
export function AccountFrame() {
  const { t } = useTranslation("account");
  const { pathname } = useLocation();
  const me = useMe();
  if (me.isPending) return <Skeleton className="h-64 rounded-lg" />;
  if (me.isError) return <LoadError problem={me.error} onRetry={me.refetch} />;
  if (!me.data.account)
    return (
      <EmptyState
        icon={<UserRound />}
        title={t("sign_in_title")}
        action={
          <Button asChild tone="primary">
            <Link to={`/signin?next=${encodeURIComponent(pathname)}`}>{t("sign_in")}</Link>
          </Button>
        }
      >
        {t("sign_in_detail")}
      </EmptyState>
    );
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[14rem_minmax(0,1fr)] lg:gap-10">
      <nav aria-label={t("account")}>
        <div className="mb-3 max-lg:hidden">
          <p className="font-semibold">{me.data.account.name}</p>
          <p className="truncate text-sm text-muted">{me.data.account.email}</p>
        </div>
        <ul className="flex flex-wrap gap-1 lg:flex-col">
          {LINKS.map(({ to, word, icon }) => (
            <li key={to}>
              <NavLink
                to={to}
                className={({ isActive }) =>
                  cx(
                    "flex h-10 items-center gap-2.5 rounded-md px-3 text-base font-medium [&_svg]:size-[18px]",
                    isActive ? "bg-accent-soft text-accent" : "text-muted hover:bg-text/6 hover:text-text",
                  )
                }
              >
                {icon}
                {t(word)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <div className="min-w-0">
        <Outlet />
      </div>
    </div>
  );
}
