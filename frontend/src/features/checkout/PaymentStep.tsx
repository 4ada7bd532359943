import { zodResolver } from "@hookform/resolvers/zod";
import { ArrowLeft, CreditCard, Lock, ShieldCheck } from "lucide-react";
import { useMemo, useState, type BaseSyntheticEvent } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { Navigate, useNavigate } from "react-router-dom";
import { showProblem, toProblem, type Problem } from "@/shared/api";
import type { CheckoutOut, MoneyOut } from "@/shared/api/generated/model";
import { useReadStorefront } from "@/shared/api/generated/storefront/storefront";
import { useFormat } from "@/shared/format";
import { Button, Checkbox, Notice, RadioCards } from "@/shared/kit";
import { CreditBox } from "./CreditBox";
import { CardFields } from "./CardFields";
import { cardRules, type CardDraft } from "./cardRules";
import { Refused } from "./Refused";
import { BackLink, StepTitle } from "./StepParts";
import { TestCards } from "./TestCards";
import { useCredit } from "./useCredit";
import { useCheckoutCart } from "./useCheckoutCart";
import { useDraft } from "./useDraft";
import { isLater, useLater } from "./useLater";
import { isPromised, usePay } from "./usePay";
import { NEW_CARD, useSavedCards } from "./useSavedCards";
import { whyDeclined } from "./whyDeclined";

const AT_THE_CARD: Record<string, string> = {
  "/number": "number",
  "/exp_month": "expiry",
  "/exp_year": "expiry",
  "/cvc": "cvc",
};

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
  const form = useForm<CardDraft>({
    resolver: zodResolver(useMemo(() => cardRules(t), [t])),
    mode: "onTouched",
    defaultValues: { number: "", expiry: "", cvc: "" },
  });
  const total = accepted ?? cart.data?.total;
  const credit = useCredit(total);
  const later = useLater(credit.rest ?? total);
  // Once it is placed the draft is cleared, and the way leads to the order, not back to the start.
  if (pay.isSuccess) return null;
  if (!address) return <Navigate to="/checkout/address" replace />;
  if (!deliverySeen) return <Navigate to="/checkout/delivery" replace />;

  function refused(error: unknown) {
    const problem = toProblem(error);
    if (problem.code === "payments.declined" && way === NEW_CARD) {
      setRefusal(undefined);
      form.setError("number", { type: "server", message: whyDeclined(problem, t) }, { shouldFocus: true });
    } else if (problem.errors.some(({ pointer }) => pointer in AT_THE_CARD)) {
      showProblem(form, problem, { exp_month: "expiry", exp_year: "expiry" });
    } else setRefusal(problem);
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
  const payWith = (card: CardDraft | string | undefined) => {
    if (!total || credit.wrong) return;
    setRefusal(undefined);
    const promised =
      !credit.alone && isLater(way) ? { method: way, purchaseOrder: later.purchaseOrder } : undefined;
    pay.mutate(
      { card, keep, later: promised, address, total, credit: credit.used },
      { onSuccess: placed, onError: refused },
    );
  };
  const onSubmit = (event?: BaseSyntheticEvent) => {
    if (credit.alone || isLater(way)) {
      event?.preventDefault();
      payWith(undefined);
      return undefined;
    }
    if (way === NEW_CARD) return form.handleSubmit(payWith)(event);
    event?.preventDefault();
    payWith(way);
    return undefined;
  };
  return (
    <form noValidate onSubmit={(event) => void onSubmit(event)}>
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
                  <CardFields form={form} />
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
      <div className="mt-4">
        <Notice tone="positive" icon={<ShieldCheck aria-hidden />} title={t("held_title")}>
          {store && t("held", { count: store.escrow_days })}
        </Notice>
      </div>
      {refusal && (
        <div className="mt-4">
          <Refused
            problem={refusal}
            onAccept={(money) => {
              setAccepted(money);
              setRefusal(undefined);
            }}
            onRetry={() => void onSubmit()}
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
          busy={pay.isPending}
          disabled={pay.isPending || !total}
        >
          {!pay.isPending && <Lock aria-hidden />}
          {credit.alone || isLater(way)
            ? t("place")
            : total
              ? t("pay", { amount: money(credit.rest ?? total) })
              : t("payment_title")}
        </Button>
      </div>
      {store?.demo && way === NEW_CARD && !credit.alone && (
        <TestCards
          onChoose={(number) => {
            form.setValue("number", number, { shouldValidate: true });
            form.setValue("expiry", "12 / 30", { shouldValidate: true });
            form.setValue("cvc", "123", { shouldValidate: true });
          }}
        />
      )}
    </form>
  );
}
