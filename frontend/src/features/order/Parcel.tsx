import { clsx as cx } from "clsx";
import { PackageCheck, ShieldCheck, Store, Truck, Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { OrderLineOut, OrderOut, SellerOrderOut, ShipmentOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Chip, CopyId } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";
import { ConfirmArrival } from "./ConfirmArrival";
import { Documents } from "./Documents";
import { ReturnDialog } from "./ReturnDialog";
import { RETURN_TONES, TONES } from "./states";

interface ParcelProps {
  part: SellerOrderOut;
  order: OrderOut;
  orderKey: string | undefined;
  /** "Parcel 1 of 2" */
  place: string | undefined;
}

/** One seller's part: what is in it, where it is, who holds the money for it. */
export function Parcel({ part, order, orderKey, place }: ParcelProps) {
  const { t } = useTranslation("order");
  const cameBack = order.timeline.some(
    ({ kind, seller_order_id }) => kind === "refused" && seller_order_id === part.id,
  );
  return (
    <section
      aria-label={t("from_seller", { seller: part.seller.name })}
      className="overflow-hidden rounded-lg border bg-surface"
    >
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-5 py-3.5 text-base">
        <Link
          to={`/s/${part.seller.slug}`}
          className="flex min-w-0 items-center gap-2 font-semibold underline-offset-4 hover:underline"
        >
          <Store aria-hidden className="size-4 shrink-0" />
          <span className="truncate">{part.seller.name}</span>
        </Link>
        <Chip tone={TONES[part.state] ?? "neutral"}>{t(`state.${part.state}`)}</Chip>
        {place && <span className="ms-auto text-sm text-muted">{place}</span>}
      </header>
      {part.shipments.map((shipment) => (
        <Shipment key={shipment.id} shipment={shipment} cameBack={cameBack} />
      ))}
      <ul className="divide-y divide-line px-5">
        {part.lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </ul>
      <Returns part={part} orderId={order.id} orderKey={orderKey} />
      <Escrow part={part} />
      <Actions part={part} order={order} orderKey={orderKey} />
    </section>
  );
}

/** What the buyer may do about the part, and the papers of it. */
function Actions({ part, order, orderKey }: Omit<ParcelProps, "place">) {
  const { t } = useTranslation("order");
  const [asking, setAsking] = useState<"return" | "arrived">();
  const open = part.escrow.state === "held" || part.escrow.state === "due";
  const mayConfirm = open && (part.state === "shipped" || part.state === "delivered");
  const mayReturn = part.lines.some((line) => line.returnable > 0);
  const bills = part.documents.filter(({ kind }) => kind !== "return_label");
  return (
    <>
      {(mayConfirm || mayReturn || bills.length > 0) && (
        <footer className="flex flex-wrap items-center gap-2.5 border-t border-line px-5 py-4 print:hidden">
          {mayConfirm && (
            <Button tone="soft" onClick={() => setAsking("arrived")}>
              <PackageCheck />
              {t("arrived")}
            </Button>
          )}
          {mayReturn && (
            <Button onClick={() => setAsking("return")}>
              <Undo2 className="flip-rtl" />
              {t("return")}
            </Button>
          )}
          <Documents documents={bills} orderId={order.id} orderKey={orderKey} />
        </footer>
      )}
      {asking === "return" && (
        <ReturnDialog
          part={part}
          orderId={order.id}
          orderKey={orderKey}
          onClose={() => setAsking(undefined)}
          mayHaveCredit={order.may.credit}
          byTransfer={order.payment !== null && order.payment.method !== "card"}
        />
      )}
      {asking === "arrived" && (
        <ConfirmArrival
          part={part}
          orderId={order.id}
          orderKey={orderKey}
          onClose={() => setAsking(undefined)}
        />
      )}
    </>
  );
}

/** Where the parcel is; nobody paid for it at the door when it `cameBack`. */
function Shipment({ shipment, cameBack }: { shipment: ShipmentOut; cameBack: boolean }) {
  const { t } = useTranslation("order");
  const { day } = useFormat();
  const Icon = cameBack ? Undo2 : shipment.delivered_at ? PackageCheck : Truck;
  return (
    <div
      className={cx(
        "flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line px-5 py-3 text-base",
        cameBack ? "bg-sunken" : "bg-accent-soft",
      )}
    >
      <Icon aria-hidden className={cx("size-[18px]", cameBack ? "flip-rtl text-muted" : "text-accent")} />
      <span className="font-medium">
        {cameBack
          ? t("event.refused")
          : shipment.delivered_at
            ? t("delivered_on", { day: day(shipment.delivered_at) })
            : t("shipped_on", { day: day(shipment.shipped_at) })}
      </span>
      <span className="flex items-center gap-2 text-sm text-muted sm:ms-auto">
        {shipment.carrier} <CopyId id={shipment.tracking} />
      </span>
    </div>
  );
}

function Line({ line }: { line: OrderLineOut }) {
  const { t } = useTranslation("order");
  const { money, number } = useFormat();
  return (
    <li className="flex gap-4 py-4 text-base">
      <ProductPicture
        name={line.picture}
        tone={line.tone as Tone}
        className="size-[72px] shrink-0 rounded-md"
      />
      <div className="min-w-0 grow">
        <Link
          to={`/p/${line.slug}`}
          className="line-clamp-2 font-semibold underline-offset-4 hover:underline"
        >
          {line.title}
        </Link>
        {line.variant_title && <p className="text-sm text-muted">{line.variant_title}</p>}
        <p className="mt-1 flex flex-wrap gap-1.5">
          {line.cancelled > 0 && <Chip>{t("line_cancelled", { count: line.cancelled })}</Chip>}
          {line.returned > 0 && <Chip>{t("line_returned", { count: line.returned })}</Chip>}
        </p>
      </div>
      <div className="text-end figures whitespace-nowrap">
        <p className="font-semibold">{money(line.total)}</p>
        <p className="text-sm text-muted">
          {number(line.quantity)} × {money(line.unit)}
        </p>
      </div>
    </li>
  );
}

interface ReturnsProps {
  part: SellerOrderOut;
  orderId: string;
  orderKey: string | undefined;
}

/** What goes back and how far that is, each with the label for its parcel. */
function Returns({ part, orderId, orderKey }: ReturnsProps) {
  const { t } = useTranslation("order");
  const { money, date } = useFormat();
  return part.returns.map((one) => (
    <div key={one.id} className="border-t border-line px-5 py-3.5 text-base">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Undo2 aria-hidden className="size-4 flip-rtl text-muted" />
        <span className="font-medium">{t(`reason.${one.reason}`)}</span>
        <Chip tone={RETURN_TONES[one.state] ?? "neutral"}>{t(`return_state.${one.state}`)}</Chip>
        <span className="ms-auto figures font-semibold">{money(one.amount)}</span>
      </div>
      <p className="mt-0.5 text-sm text-muted">
        {t("return_asked", { at: date(one.requested_at) })}
        {one.note && ` · “${one.note}”`}
      </p>
      <div className="mt-2.5 flex flex-wrap gap-2.5 empty:hidden print:hidden">
        <Documents
          documents={part.documents.filter(
            ({ kind, return_id }) => kind === "return_label" && return_id === one.id,
          )}
          orderId={orderId}
          orderKey={orderKey}
        />
      </div>
    </div>
  ));
}

/** Who has the money for this parcel. */
function Escrow({ part }: { part: SellerOrderOut }) {
  const { t } = useTranslation("order");
  const { money, day } = useFormat();
  const { state, due_at: due } = part.escrow;
  if (!state) return null;
  const says =
    state === "held" || state === "due"
      ? due
        ? t("held_until", { day: day(due) })
        : t("held_until_delivery")
      : t(`escrow.${state}`);
  return (
    <p className="flex items-start gap-2.5 border-t border-line px-5 py-3 text-sm text-muted">
      <ShieldCheck aria-hidden className="mt-px size-4 shrink-0 text-positive" />
      <span className="grow">{says}</span>
      <span className="figures font-medium whitespace-nowrap text-text">{money(part.total)}</span>
    </p>
  );
}
