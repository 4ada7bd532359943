import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router-dom";
import { useReadPayment } from "@/shared/api/generated/finance/finance";
import type { FinancePaymentFullOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  CopyId,
  Crumbs,
  DetailSkeleton,
  Fact,
  Facts,
  LoadError,
  PageHead,
  Skeleton,
  Timeline,
  TwoColumns,
} from "@/shared/kit";
import { GiveUpDialog, useLedgerWords } from "@/shared/ledger";
import { useItems } from "./items";
import { PaymentState } from "./states";

const OPEN = ["authorising", "action_required", "unknown", "capturing"];

/** One payment: what we asked, what the gateway said, and what comes next by itself. */
export function PaymentPage() {
  const { paymentId = "" } = useParams();
  const payment = useReadPayment(paymentId, {
    query: { refetchInterval: (query) => (OPEN.includes(query.state.data?.state ?? "") ? 5000 : false) },
  });
  if (payment.isPending) return <PaymentSkeleton paymentId={paymentId} />;
  if (payment.isError) return <LoadError problem={payment.error} onRetry={payment.refetch} />;
  return <Told payment={payment.data} />;
}

function Told({ payment }: { payment: FinancePaymentFullOut }) {
  const { t } = useTranslation("payments");
  const { joined, money, dateTime } = useFormat();
  const { t: words } = useTranslation("ledger");
  const [ending, setEnding] = useState(false);
  const how =
    payment.method === "card"
      ? payment.last4 && `${payment.brand} •••• ${payment.last4}`
      : words(`method.${payment.method}`);
  return (
    <TwoColumns
      aside={
        <>
          <Amounts payment={payment} />
          <About payment={payment} />
          <Journals payment={payment} />
        </>
      }
    >
      <PageHead
        title={t("payment_of", { amount: money(payment.amount) })}
        chip={<PaymentState payment={payment} />}
        lead={joined([payment.tenant.name, how, dateTime(payment.created_at)])}
        crumbs={<Crumbs to="/finance/payments" list={t("title")} id={payment.id} />}
        actions={
          <>
            {payment.journals.length > 0 && (
              <Button asChild>
                <Link to={`/finance/trails/${payment.order_id}`}>{t("to_trail")}</Link>
              </Button>
            )}
            {payment.state === "awaited" && (
              <Button onClick={() => setEnding(true)}>{words("give_up")}</Button>
            )}
          </>
        }
      />
      <h2 className="sr-only">{t("history")}</h2>
      <Timeline exact items={useItems(payment)} />
      {ending && (
        <GiveUpDialog orderId={payment.order_id} amount={payment.due} onClose={() => setEnding(false)} />
      )}
    </TwoColumns>
  );
}

function Amounts({ payment }: { payment: FinancePaymentFullOut }) {
  const { t } = useTranslation("payments");
  const { money } = useFormat();
  const isLater = payment.method !== "card";
  return (
    <Card>
      <Facts className="-my-2">
        <Fact name={t("asked_for")}>{money(payment.amount)}</Fact>
        {payment.state === "awaited" && <Fact name={t("to_come")}>{money(payment.due)}</Fact>}
        <Fact name={t(isLater ? "came" : "taken")}>{money(payment.captured)}</Fact>
        {payment.credit.amount > 0 && <Fact name={t("by_credit")}>{money(payment.credit)}</Fact>}
        <Fact name={t("given_back")}>{money(payment.refunded)}</Fact>
        {!isLater && <Fact name={t("fee")}>{money(payment.fee)}</Fact>}
      </Facts>
    </Card>
  );
}

function About({ payment }: { payment: FinancePaymentFullOut }) {
  const { t } = useTranslation("payments");
  const { t: words } = useTranslation("ledger");
  const { dateTime, date } = useFormat();
  return (
    <Card title={t("facts")}>
      <Facts className="-my-2">
        <Fact name={t("order")}>
          <CopyId id={payment.order_id} />
        </Fact>
        {payment.order_state && (
          <Fact name={t("order_stands")}>
            {t(`order_${payment.order_state}`, { defaultValue: payment.order_state })}
          </Fact>
        )}
        {payment.buyer && (
          <Fact name={t("buyer")}>
            <span className="break-all">{payment.buyer}</span>
          </Fact>
        )}
        <Fact name={t("card")}>{words(`method.${payment.method}`)}</Fact>
        {payment.method === "card" && <Fact name={t("charged")}>{t(`charged_${payment.charged}`)}</Fact>}
        {payment.due_at && <Fact name={t("due_at")}>{date(payment.due_at)}</Fact>}
        {payment.authorised_until && <Fact name={t("held_until")}>{dateTime(payment.authorised_until)}</Fact>}
        {payment.settled_at && <Fact name={t("settled")}>{dateTime(payment.settled_at)}</Fact>}
      </Facts>
    </Card>
  );
}

function Journals({ payment }: { payment: FinancePaymentFullOut }) {
  const { t } = useTranslation("payments");
  const { amount } = useFormat();
  const { journal } = useLedgerWords();
  return (
    <Card title={t("journals")} aside={payment.amount.currency}>
      {payment.journals.length === 0 ? (
        <p className="text-sm text-muted">{t("no_journals")}</p>
      ) : (
        <ul className="-my-2 divide-y divide-line">
          {payment.journals.map((one) => (
            <li key={one.id} className="flex items-baseline justify-between gap-4 py-2">
              <Link to={`/finance/journals/${one.id}`} className="hover:text-accent">
                {journal(one.kind)}
              </Link>
              <b className="figures font-semibold">{amount(one.total)}</b>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function PaymentSkeleton({ paymentId }: { paymentId: string }) {
  const { t } = useTranslation("payments");
  return (
    <DetailSkeleton
      label={t("loading")}
      crumbs={<Crumbs to="/finance/payments" list={t("title")} id={paymentId} />}
      cards={2}
    >
      {[1, 2, 3].map((step) => (
        <div key={step} className="mb-6 flex gap-3.5">
          <Skeleton className="size-[33px] shrink-0 rounded-full!" />
          <Skeleton className="h-12 grow" />
        </div>
      ))}
    </DetailSkeleton>
  );
}
