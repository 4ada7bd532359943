import { useTranslation } from "react-i18next";
import { useParams } from "react-router-dom";
import { useReadTrail } from "@/shared/api/generated/finance/finance";
import type { TrailOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Card,
  Crumbs,
  DetailSkeleton,
  Fact,
  Facts,
  LoadError,
  PageHead,
  Skeleton,
  Trail,
  TwoColumns,
} from "@/shared/kit";
import { WhereMoneyIs } from "@/shared/ledger";
import { BooksProof } from "./BooksProof";
import { TrailState } from "./stateChip";
import { useEntries } from "./steps";

/** One order's money, from the buyer's card to wherever it is now, and what is still to come. */
export function TrailPage() {
  const { orderId = "" } = useParams();
  const trail = useReadTrail(orderId);
  if (trail.isPending) return <TrailSkeleton orderId={orderId} />;
  if (trail.isError) return <LoadError problem={trail.error} onRetry={trail.refetch} />;
  return <Told trail={trail.data} />;
}

function Told({ trail }: { trail: TrailOut }) {
  const { t, i18n } = useTranslation("trails");
  const { locale, joined } = useFormat();
  const day = new Intl.DateTimeFormat(locale === "en" ? "en-GB" : locale, { day: "numeric", month: "long" });
  const brand = trail.payment.brand.replace(/^./, (letter) => letter.toLocaleUpperCase(locale));
  const lead = joined([
    trail.tenant.name,
    t("sold_by", { sellers: new Intl.ListFormat(i18n.language).format(trail.sellers) }),
    trail.payment.last4 && t("paid_by", { brand, last4: trail.payment.last4 }),
    trail.payment.method !== "card" && t(`paid_later_${trail.payment.method}`),
    trail.payment.credit.amount > 0 && t("paid_by_credit"),
  ]);
  return (
    <TwoColumns
      aside={
        <>
          {trail.where.links.length > 0 && (
            <Card title={t("where")} aside={trail.currency}>
              <WhereMoneyIs
                where={trail.where}
                currency={trail.currency}
                toCome={trail.totals.charged.amount === 0}
              />
            </Card>
          )}
          <Totals trail={trail} />
          <BooksProof trail={trail} />
        </>
      }
    >
      <PageHead
        title={t("order_of", { day: day.format(new Date(trail.placed_at)) })}
        chip={<TrailState state={trail.state} />}
        lead={lead}
        crumbs={<Crumbs to="/finance/trails" list={t("title")} id={trail.order_id} />}
      />
      <h2 className="sr-only">{t("steps")}</h2>
      <Trail entries={useEntries(trail)} />
    </TwoColumns>
  );
}

function Totals({ trail }: { trail: TrailOut }) {
  const { t } = useTranslation("trails");
  const { money, amount } = useFormat();
  const { totals } = trail;
  const released = [totals.held, totals.authorised, totals.awaited].every((one) => one.amount === 0);
  return (
    <Card>
      <Facts className="-my-2">
        {totals.authorised.amount > 0 && <Fact name={t("authorised")}>{money(totals.authorised)}</Fact>}
        {totals.awaited.amount > 0 && <Fact name={t("awaited")}>{money(totals.awaited)}</Fact>}
        <Fact name={t("charged")}>{money(totals.charged)}</Fact>
        {trail.payment.credit.amount > 0 && (
          <>
            <Fact name={t(trail.payment.method === "card" ? "by_card" : "by_transfer")}>
              {money(trail.payment.card)}
            </Fact>
            <Fact name={t("by_credit")}>{money(trail.payment.credit)}</Fact>
          </>
        )}
        <Fact name={t("refunded")}>{money(totals.refunded)}</Fact>
        <Fact name={t("held")}>{money(totals.held)}</Fact>
        <Fact name={released ? t("seller_got") : t("seller_gets")}>
          {money(totals.seller_gets)}
          {totals.reserve.amount > 0 && ` + ${t("reserve", { amount: amount(totals.reserve) })}`}
        </Fact>
        <Fact name={t("keeps", { name: trail.tenant.name })}>
          {money(totals.keeps)}
          {totals.fee.amount > 0 && ` − ${t("fee", { amount: amount(totals.fee) })}`}
        </Fact>
      </Facts>
    </Card>
  );
}

function TrailSkeleton({ orderId }: { orderId: string }) {
  const { t } = useTranslation("trails");
  return (
    <DetailSkeleton
      label={t("loading")}
      crumbs={<Crumbs to="/finance/trails" list={t("title")} id={orderId} />}
      cards={2}
    >
      {[1, 2, 3].map((step) => (
        <div key={step} className="mb-6 flex gap-3.5">
          <Skeleton className="size-[33px] shrink-0 rounded-full!" />
          <div className="grow">
            <Skeleton className="h-4 w-40" />
            <Skeleton className="mt-3 h-24 w-full rounded-lg!" />
          </div>
        </div>
      ))}
    </DetailSkeleton>
  );
}
