import { useQueries } from "@tanstack/react-query";
import { Printer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router-dom";
import type { SellerOrderFullOut } from "@/shared/api/generated/model";
import { getShowSellerOrderQueryOptions } from "@/shared/api/generated/seller-portal/seller-portal";
import { useFormat } from "@/shared/format";
import { Button, LoadError, PageHead, Skeleton } from "@/shared/kit";
import { leftToShip } from "./api";

/** Packing slips, one to a sheet: address and what to put into the parcel. */
export function SlipsPage() {
  const { t } = useTranslation("sellerOrders");
  const { sellerId = "" } = useParams();
  const ids = (useSearchParams()[0].get("ids") ?? "").split(",").filter(Boolean);
  const orders = useQueries({ queries: ids.map((id) => getShowSellerOrderQueryOptions(sellerId, id)) });
  const failed = orders.find((order) => order.isError);
  return (
    <>
      <div className="print:hidden">
        <PageHead
          title={t("slips")}
          crumbs={
            <>
              <Link to={`/seller/${sellerId}/orders`} className="text-muted hover:text-text">
                {t("title")}
              </Link>
              <span aria-hidden className="text-muted">
                /
              </span>
              <span>{t("slips")}</span>
            </>
          }
          actions={
            <Button
              tone="primary"
              disabled={!orders.every((order) => order.isSuccess)}
              onClick={() => window.print()}
            >
              <Printer />
              {t("print", { count: ids.length })}
            </Button>
          }
        />
      </div>
      {failed ? (
        <LoadError problem={failed.error} onRetry={failed.refetch} />
      ) : (
        <div className="grid gap-4 print:block">
          {orders.map((order, index) =>
            order.data ? (
              <Slip key={order.data.id} order={order.data} />
            ) : (
              <Skeleton key={ids[index]} className="h-48 w-full rounded-lg!" />
            ),
          )}
        </div>
      )}
    </>
  );
}

function Slip({ order }: { order: SellerOrderFullOut }) {
  const { t } = useTranslation("sellerOrders");
  const { date } = useFormat();
  const { address } = order;
  return (
    <article className="break-after-page rounded-lg border bg-surface p-6 print:border-0">
      <header className="flex justify-between gap-6">
        <address className="text-md whitespace-pre-line not-italic">
          {[
            address.name,
            address.line1,
            address.line2,
            `${address.postal_code} ${address.city}`,
            address.country,
          ]
            .filter(Boolean)
            .join("\n")}
        </address>
        <div className="text-end text-sm">
          <p className="font-semibold">{order.seller.name}</p>
          <p className="text-muted">{order.marketplace.name}</p>
          <p className="font-mono text-xs">{order.order_id}</p>
          <p className="text-muted">{date(order.placed_at)}</p>
        </div>
      </header>
      <table className="mt-5 w-full">
        <caption className="sr-only">{t("in_parcel")}</caption>
        <tbody className="divide-y divide-line border-t border-line">
          {order.lines
            .filter((line) => leftToShip(line) > 0)
            .map((line) => (
              <tr key={line.id}>
                <td className="w-14 py-2 figures font-semibold">{leftToShip(line)} ×</td>
                <td className="py-2">{[line.title, line.variant_title].filter(Boolean).join(", ")}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </article>
  );
}
