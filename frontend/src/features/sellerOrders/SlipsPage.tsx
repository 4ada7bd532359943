import { useQueries } from "@tanstack/react-query";
import { Printer } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router-dom";
import type { SellerOrderFullOut } from "@/shared/api/generated/model";
import { getShowSellerOrderQueryOptions } from "@/shared/api/generated/seller-portal/seller-portal";
import { useFormat } from "@/shared/format";
import { Button, LoadError, PageHead, Skeleton } from "@/shared/kit";
import { AddressLines } from "./AddressLines";
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
  const { date, number } = useFormat();
  const lines = order.lines.filter((line) => leftToShip(line) > 0);
  const pieces = lines.reduce((sum, line) => sum + leftToShip(line), 0);
  return (
    <article className="break-inside-avoid break-after-page rounded-lg border bg-surface p-6 last:break-after-auto print:rounded-none print:border-0 print:p-0">
      <header className="flex flex-wrap justify-between gap-x-6 gap-y-4">
        <div>
          <h2 className="mb-1 text-sm text-muted">{t("ship_address")}</h2>
          <address className="text-md leading-snug not-italic print:text-lg">
            <AddressLines address={order.address} />
          </address>
        </div>
        <div className="text-end text-sm">
          <p className="text-md font-semibold">{order.seller.name}</p>
          <p className="text-muted">{order.marketplace.name}</p>
          <p className="mt-1.5 font-mono text-xs">{order.order_id}</p>
          <p className="text-muted">{date(order.placed_at)}</p>
          {order.purchase_order && (
            <p className="text-muted">{t("purchase_order", { number: order.purchase_order })}</p>
          )}
        </div>
      </header>
      <table className="mt-6 w-full text-base">
        <caption className="sr-only">{t("in_parcel")}</caption>
        <tbody className="divide-y divide-line border-y border-line">
          {lines.map((line) => (
            <tr key={line.id}>
              <td className="w-14 py-2 figures font-semibold">{number(leftToShip(line))} ×</td>
              <td className="py-2">
                <bdi>{[line.title, line.variant_title].filter(Boolean).join(", ")}</bdi>
              </td>
              <td className="w-8 py-2 text-end">
                <span aria-hidden className="inline-block size-4 border border-line-strong" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-sm text-muted">{t("pieces_in_parcel", { count: pieces })}</p>
    </article>
  );
}
