import { ArrowLeft, CreditCard, Lock, ShieldCheck } from "lucide-react";
import { useRef, useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useNavigate } from "react-router-dom";
import { toProblem, type Problem } from "@/shared/api";
import type { CheckoutOut, MoneyOut } from "@/shared/api/generated/model";
import { useReadStorefront } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import { Button, Checkbox, Notice, RadioCards } from "@/shared/kit";
import type { CardForm } from "./cardForm";
import { CreditBox } from "./CreditBox";
import { NewCard } from "./NewCard";
import { Refused } from "./Refused";
import { BackLink, StepTitle } from "./StepParts";
import { TestCards } from "./TestCards";
import { useCredit } from "./useCredit";
import { useCheckoutCart } from "./useCheckoutCart";
import { useDraft } from "./useDraft";
import { isLater, useLater } from "./useLater";
import { isAnswer, isPromised, usePay, type Tender } from "./usePay";
import { NEW_CARD, useSavedCards } from "./useSavedCards";

/** The card, and the button that says how much. */
export function PaymentStep() {
  const { t } = useTranslation("checkout");
  const { money } = useFormat();
  const navigate = useNavigate();
  const { address, deliverySeen, clear } = useDraft();
  const store = useReadStorefront().data;
  const cart = useCheckoutCart();
  const pay = usePay();
  const { kept, way, choose, mayKeep, keep, setKeep } = useSavedCards();
  const [refusal, setRefusal] = useState<Problem>();
  /** A total that the buyer has been shown anew and agreed to. */
  const [accepted, setAccepted] = useState<MoneyOut>();
  const card = useRef<CardForm>(null);
  const [asking, setAsking] = useState(false);
  const total = accepted ?? cart.data?.total;
  const credit = useCredit(total);
  const later = useLater(credit.rest ?? total);
  // Once it is placed the draft is cleared, and the way leads to the order, not back to the start.
  if (pay.isSuccess) return null;
  if (!address) return <Navigate to="/checkout/address" replace />;
  if (!deliverySeen) return <Navigate to="/checkout/delivery" replace />;

  function refused(error: unknown, tender?: Tender) {
    const problem = toProblem(error);
    const byCard = tender?.token !== undefined && isAnswer(problem) && card.current?.answered(problem);
    setRefusal(byCard ? undefined : problem);
  }
  function placed({ order, payment }: CheckoutOut) {
    if (payment.state === "action_required" && payment.challenge_url) {
      const back = `/checkout/confirm/${payment.intent_id}?order=${order.id}`;
      const url = new URL(payment.challenge_url, window.location.origin);
      if (url.origin === window.location.origin) {
        url.searchParams.set("back", back);
        navigate(url.pathname + url.search);
      } else window.location.assign(url); // that bank knows the way back
      return;
    }
    clear();
    navigate(`/orders/${order.id}?${isPromised(payment.state) ? "thanks" : "waiting"}=1`, {
      replace: true,
    });
  }
  /** What is paid with besides credit; nothing when the card's form has said what is wrong. */
  async function tender(): Promise<Tender | undefined> {
    if (credit.alone) return {};
    if (isLater(way)) return { later: { method: way, purchaseOrder: later.purchaseOrder } };
    if (way !== NEW_CARD) return { saved: way };
    const token = await card.current?.token();
    return token === undefined ? undefined : { token, keep };
  }
  async function submit() {
    if (!total || !address || credit.wrong || asking) return;
    setAsking(true);
    setRefusal(undefined);
    let chosen: Tender | undefined;
    try {
      chosen = await tender();
    } catch (error) {
      refused(error);
    }
    if (!chosen) {
      setAsking(false);
      return;
    }
    const order = { ...chosen, address, total, credit: credit.used };
    pay.mutate(order, {
      onSuccess: placed,
      onError: (error) => refused(error, order),
      onSettled: () => setAsking(false),
    });
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void submit();
  };
  return (
    <form noValidate onSubmit={onSubmit}>
      <StepTitle>{t("payment_title")}</StepTitle>
      <CreditBox credit={credit} />
      {!credit.alone && (
        <RadioCards
          aria-label={t("payment_title")}
          value={way}
          onChange={choose}
          options={[
            ...kept.map((card) => ({
              value: card.id,
              icon: <CreditCard aria-hidden />,
              label: <span dir="ltr">{`${card.brand} •••• ${card.last4}`}</span>,
              aside: (
                <span className="figures text-sm">
                  {t("card_expires", { date: `${String(card.exp_month).padStart(2, "0")}/${card.exp_year}` })}
                </span>
              ),
            })),
            {
              value: NEW_CARD,
              icon: <CreditCard aria-hidden />,
              label: t(kept.length > 0 ? "new_card" : "card"),
              aside: <span className="text-sm">Visa, Mastercard, Amex</span>,
              body: (
                <>
                  <NewCard ref={card} of={store?.card_form} />
                  {mayKeep && (
                    <div className="mt-3">
                      <Checkbox checked={keep} onChange={setKeep} label={t("keep_card")} />
                    </div>
                  )}
                </>
              ),
            },
            ...later.options,
          ]}
        />
      )}
      {(credit.alone || !isLater(way)) && (
        <div className="mt-4">
          <Notice tone="positive" icon={<ShieldCheck aria-hidden />} title={t("held_title")}>
            {store && t("held", { count: store.escrow_days })}
          </Notice>
        </div>
      )}
      {refusal && (
        <div className="mt-4">
          <Refused
            problem={refusal}
            onAccept={(money) => {
              setAccepted(money);
              setRefusal(undefined);
            }}
            onRetry={() => void submit()}
          />
        </div>
      )}
      <div className="mt-6 flex flex-wrap-reverse items-center justify-between gap-4">
        <BackLink to="/checkout/delivery" icon={<ArrowLeft aria-hidden className="size-4 flip-rtl" />}>
          {t("back_to_delivery")}
        </BackLink>
        <Button
          type="submit"
          tone="primary"
          size="xl"
          className="figures max-sm:w-full"
          busy={asking}
          disabled={asking || !total}
        >
          {!asking && <Lock aria-hidden />}
          {credit.alone || isLater(way)
            ? t("place")
            : total
              ? t("pay", { amount: money(credit.rest ?? total) })
              : t("payment_title")}
        </Button>
      </div>
      {store?.demo && store.card_form.gateway === "sandbox" && way === NEW_CARD && !credit.alone && (
        <TestCards onChoose={(number) => card.current?.fill?.(number)} />
      )}
    </form>
  );
}
