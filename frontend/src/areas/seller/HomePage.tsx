import { ArrowRight, CircleCheck, Clock, Package, Undo2, Warehouse } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router-dom";
import { SellerFigures } from "@/features/sellerOrders/SellerFigures";
import type { SellerHomeOut } from "@/shared/api/generated/model";
import { useShowHome } from "@/shared/api/generated/seller-portal/seller-portal";
import { Card, EmptyState, LoadError, PageHead, SkeletonText } from "@/shared/kit";

/** What needs this seller today, and how it stands. */
export function HomePage() {
  const { t } = useTranslation("seller");
  const { sellerId = "" } = useParams();
  const home = useShowHome(sellerId);
  return (
    <>
      <PageHead title={t("home")} />
      <SellerFigures sellerId={sellerId} />
      <div className="mt-6">
        <Card title={t("today")} flush>
          {home.isPending && (
            <div className="p-5">
              <SkeletonText lines={4} />
            </div>
          )}
          {home.isError && <LoadError problem={home.error} onRetry={home.refetch} />}
          {home.data && <Todo home={home.data} at={`/seller/${sellerId}`} />}
        </Card>
      </div>
    </>
  );
}

function Todo({ home, at }: { home: SellerHomeOut; at: string }) {
  const { t } = useTranslation("seller");
  const work = [
    { count: home.late, icon: <Clock />, words: t("todo_late", { count: home.late }), to: `${at}/orders` },
    {
      count: home.to_ship - home.late,
      icon: <Package />,
      words: t("todo_ship", { count: home.to_ship - home.late }),
      to: `${at}/orders`,
    },
    {
      count: home.returns_open,
      icon: <Undo2 />,
      words: t("todo_returns", { count: home.returns_open }),
      to: `${at}/returns`,
    },
    {
      count: home.low_stock,
      icon: <Warehouse />,
      words: t("todo_stock", { count: home.low_stock }),
      to: `${at}/products`,
    },
  ].filter(({ count }) => count > 0);
  if (work.length === 0)
    return (
      <EmptyState icon={<CircleCheck />} title={t("done_title")}>
        {t("done")}
      </EmptyState>
    );
  return (
    <ul className="divide-y divide-line">
      {work.map(({ words, to, icon }) => (
        <li key={words}>
          <TodoLink to={to} icon={icon}>
            {words}
          </TodoLink>
        </li>
      ))}
    </ul>
  );
}

function TodoLink({ to, icon, children }: { to: string; icon: ReactNode; children: ReactNode }) {
  return (
    <Link
      to={to}
      className="flex h-14 items-center gap-3.5 px-5 font-medium outline-offset-[-2px] hover:bg-sunken [&_svg]:size-[18px]"
    >
      <span aria-hidden className="text-muted">
        {icon}
      </span>
      <span className="grow">{children}</span>
      <ArrowRight aria-hidden className="flip-rtl text-muted" />
    </Link>
  );
}
