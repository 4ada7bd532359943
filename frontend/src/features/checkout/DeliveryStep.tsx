import { ArrowLeft, ArrowRight, MapPin, Store, Truck } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useNavigate } from "react-router-dom";
import type { CartGroupOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button } from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";
import { BackLink, StepTitle } from "./StepParts";
import { useCheckoutCart } from "./useCheckoutCart";
import { useDraft, type AddressDraft } from "./useDraft";

/** One parcel per seller: when it comes and what that costs. */
export function DeliveryStep() {
  const { t } = useTranslation("checkout");
  const navigate = useNavigate();
  const { address, seeDelivery } = useDraft();
  const cart = useCheckoutCart();
  const groups = cart.data?.groups ?? [];
  if (!address) return <Navigate to="/checkout/address" replace />;
  return (
    <>
      <StepTitle>{t("delivery_title")}</StepTitle>
      <Destination address={address} />
      <ul className="mt-4 grid gap-4">
        {groups.map((group, index) => (
          <li key={group.seller.id}>
            <Parcel group={group} place={t("parcel", { index: index + 1, total: groups.length })} />
          </li>
        ))}
      </ul>
      <div className="mt-6 flex flex-wrap-reverse items-center justify-between gap-4">
        <BackLink to="/checkout/address" icon={<ArrowLeft aria-hidden className="size-4 flip-rtl" />}>
          {t("back_to_address")}
        </BackLink>
        <Button
          tone="primary"
          size="xl"
          className="max-sm:w-full"
          onClick={() => {
            seeDelivery();
            navigate("/checkout/payment");
          }}
        >
          {t("to_payment")}
          <ArrowRight aria-hidden className="flip-rtl" />
        </Button>
      </div>
    </>
  );
}

function Destination({ address }: { address: AddressDraft }) {
  const { t } = useTranslation("checkout");
  const { locale } = useFormat();
  const country = useMemo(
    () => new Intl.DisplayNames(locale, { type: "region" }).of(address.country),
    [locale, address.country],
  );
  return (
    <div className="flex items-start gap-3.5 rounded-lg border bg-surface px-5 py-4 text-base">
      <MapPin aria-hidden className="mt-0.5 size-[18px] shrink-0 text-accent" />
      <p className="min-w-0 grow">
        <span className="font-semibold">{address.name}</span>
        <span className="block text-muted">
          <bdi>
            {[address.line1, address.line2, `${address.postal_code} ${address.city}`, country]
              .filter(Boolean)
              .join(", ")}
          </bdi>
        </span>
      </p>
      <Link to="/checkout/address" className="text-muted underline-offset-4 hover:underline">
        {t("edit")}
      </Link>
    </div>
  );
}

function Parcel({ group, place }: { group: CartGroupOut; place: string }) {
  const { t } = useTranslation("checkout");
  const { days, money, number } = useFormat();
  const { delivery } = group;
  return (
    <section className="overflow-hidden rounded-lg border bg-surface">
      <header className="flex items-center justify-between gap-4 px-5 pt-4 text-base">
        <h2 className="flex min-w-0 items-center gap-2 font-semibold">
          <Store aria-hidden className="size-4 shrink-0" />
          <span className="truncate">{group.seller.name}</span>
        </h2>
        <p className="text-sm whitespace-nowrap text-muted">{place}</p>
      </header>
      <ul className="flex flex-wrap gap-3 px-5 py-4">
        {group.lines.map((line) => (
          <li key={line.variant_id} className="flex items-center gap-2.5 text-sm">
            <ProductPicture name={line.picture} tone={line.tone as Tone} className="size-12 rounded-md" />
            <span className="max-w-44">
              <span className="block truncate font-medium">{line.title}</span>
              <span className="block figures text-muted">× {number(line.quantity)}</span>
            </span>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 bg-accent-soft px-5 py-3.5 text-base">
        <p className="flex items-center gap-2.5 font-semibold">
          <Truck aria-hidden className="size-[18px] text-accent" />
          <span className="figures">
            {delivery ? days(delivery.from, delivery.to) : t("nothing_is_sent")}
          </span>
        </p>
        <p className="figures">
          {group.shipping.amount === 0 ? (
            <span className="font-semibold text-positive">{t("free")}</span>
          ) : (
            money(group.shipping)
          )}
        </p>
      </div>
    </section>
  );
}
