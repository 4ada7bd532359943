import { CircleCheck, Hourglass, LoaderCircle, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useParams, useSearchParams } from "react-router-dom";
import type { OrderOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Chip, CopyId, LoadError, Notice, Skeleton, TwoColumns } from "@/shared/kit";
import { useOrder } from "./api";
import { CancelOrder } from "./CancelOrder";
import { OrderHistory } from "./OrderHistory";
import { OrderMoney, OrderPlace } from "./OrderMoney";
import { Parcel } from "./Parcel";
import { TONES, WAITING } from "./states";
import { ToPay } from "./ToPay";

/** One order: where its parcels are, where its money is, and what can be done about either. */
export function OrderPage() {
  const { id = "" } = useParams();
  const [address] = useSearchParams();
  const key = address.get("key") ?? undefined;
  const order = useOrder(id, key);
  if (order.isPending) return <OrderSkeleton />;
  if (order.isError) return <LoadError problem={order.error} onRetry={order.refetch} />;
  return <Shown order={order.data} orderKey={key} fresh={address.has("thanks") || address.has("waiting")} />;
}

interface ShownProps {
  order: OrderOut;
  orderKey: string | undefined;
  fresh: boolean;
}

function Shown({ order, orderKey, fresh }: ShownProps) {
  const { t } = useTranslation("order");
  const { dateTime } = useFormat();
  return (
    <>
      <header className="mb-6">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <h1 className="heading text-2xl sm:text-3xl">{t(fresh ? "thanks_title" : "title")}</h1>
          <Chip tone={TONES[order.state] ?? "neutral"}>{t(`state.${order.state}`)}</Chip>
        </div>
        <p className="mt-1.5 flex flex-wrap items-center gap-x-3 text-base text-muted">
          <CopyId id={order.id} />
          {t("placed_at", { at: dateTime(order.placed_at) })}
        </p>
      </header>
      <Standing order={order} fresh={fresh} />
      <TwoColumns
        aside={
          <>
            <OrderMoney order={order} />
            <OrderPlace order={order} />
            <OrderHistory order={order} />
            {order.may.cancel && <CancelOrder order={order} orderKey={orderKey} />}
          </>
        }
      >
        <div className="grid gap-5">
          {order.seller_orders.map((part, index) => (
            <Parcel
              key={part.id}
              part={part}
              order={order}
              orderKey={orderKey}
              place={
                order.seller_orders.length > 1
                  ? t("parcel", { index: index + 1, total: order.seller_orders.length })
                  : undefined
              }
            />
          ))}
        </div>
      </TwoColumns>
    </>
  );
}

/** The sandbox's bank is a page of ours, and is told the way back; any other knows it. */
function atTheBank(url: string, orderId: string) {
  return url.startsWith("/") ? `${url}?back=${encodeURIComponent(`/orders/${orderId}`)}` : url;
}

/** What matters most about the order now. */
function Standing({ order, fresh }: { order: OrderOut; fresh: boolean }) {
  const { t } = useTranslation("order");
  const { money } = useFormat();
  const payment = order.payment?.state ?? "";
  const notice = WAITING.has(payment) ? (
    <Notice
      tone="info"
      icon={<LoaderCircle aria-hidden className="animate-spin" />}
      title={t("waiting_title")}
    >
      {t("waiting")}
    </Notice>
  ) : payment === "action_required" && order.payment?.challenge_url ? (
    <Notice
      tone="warning"
      icon={<Hourglass aria-hidden />}
      title={t("challenge_title")}
      action={
        <Button asChild>
          <a href={atTheBank(order.payment.challenge_url, order.id)}>{t("challenge_action")}</a>
        </Button>
      }
    >
      {t("challenge")}
    </Notice>
  ) : order.state === "payment_failed" ? (
    <Notice
      tone="negative"
      icon={<TriangleAlert aria-hidden />}
      title={t("failed_title")}
      action={
        <Button asChild>
          <Link to="/cart">{t("failed_action")}</Link>
        </Button>
      }
    >
      {t("failed")}
    </Notice>
  ) : order.state === "unpaid" ? (
    <Notice tone="negative" icon={<TriangleAlert aria-hidden />} title={t("unpaid_title")}>
      {t("unpaid")}
    </Notice>
  ) : fresh && order.state === "awaited" ? (
    <Notice
      tone="positive"
      icon={<CircleCheck aria-hidden />}
      title={t("awaited_title", { total: money(order.total) })}
    >
      {t("awaited", { email: order.email })}
    </Notice>
  ) : fresh && order.state === "authorised" ? (
    <Notice
      tone="positive"
      icon={<CircleCheck aria-hidden />}
      title={t("authorised_title", { total: money(order.total) })}
    >
      {t("authorised", { email: order.email })}
    </Notice>
  ) : fresh && order.state === "paid" ? (
    <Notice
      tone="positive"
      icon={<CircleCheck aria-hidden />}
      title={t("thanks", { total: money(order.total) })}
    >
      {t("thanks_detail", { email: order.email })}
    </Notice>
  ) : null;
  const toPay = order.payment?.state === "awaited" && <ToPay order={order} />;
  return (
    (notice || toPay) && (
      <div className="mb-6 grid gap-3">
        {notice}
        {toPay}
      </div>
    )
  );
}

function OrderSkeleton() {
  const { t } = useTranslation("kit");
  return (
    <div role="status" aria-label={t("loading")}>
      <Skeleton className="h-10 w-64" />
      <Skeleton className="mt-3 h-4 w-80" />
      <div className="mt-8">
        <TwoColumns aside={<Skeleton className="h-64 rounded-lg" />}>
          <Skeleton className="h-72 rounded-lg" />
        </TwoColumns>
      </div>
    </div>
  );
}
