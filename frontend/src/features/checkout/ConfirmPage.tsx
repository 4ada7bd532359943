import { useQueryClient } from "@tanstack/react-query";
import { CreditCard, LoaderCircle } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams, useSearchParams } from "react-router-dom";
import { toProblem, type Problem } from "@/shared/api";
import { getReadCartQueryKey } from "@/shared/api/generated/cart/cart";
import { confirmPayment } from "@/shared/api/generated/checkout/checkout";
import { Button, EmptyState, LoadError } from "@/shared/kit";
import { useDraft } from "./useDraft";
import { isPromised } from "./usePay";
import { whyDeclined } from "./whyDeclined";

const AGAIN_AFTER = 1500;

/** Back from the bank: asks what became of the payment until there is an answer. */
export function ConfirmPage() {
  const { t } = useTranslation("checkout");
  const { intentId = "" } = useParams();
  const [address] = useSearchParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const clear = useDraft((draft) => draft.clear);
  const [problem, setProblem] = useState<Problem>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    confirmPayment(intentId).then(
      ({ order, payment }) => {
        if (left) return;
        if (payment.state === "action_required" || payment.state === "authorising") {
          timer = setTimeout(() => setRound((now) => now + 1), AGAIN_AFTER);
          return;
        }
        clear();
        void client.invalidateQueries({ queryKey: getReadCartQueryKey() });
        navigate(`/orders/${order.id}?${isPromised(payment.state) ? "thanks" : "waiting"}=1`, {
          replace: true,
        });
      },
      (error: unknown) => {
        if (!left) setProblem(toProblem(error));
      },
    );
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [intentId, round, navigate, client, clear]);
  if (problem?.code === "payments.declined")
    return (
      <EmptyState
        icon={<CreditCard />}
        title={t("declined_title")}
        action={
          <Button asChild tone="primary">
            <Link to="/checkout/payment">{t("other_card")}</Link>
          </Button>
        }
      >
        {whyDeclined(problem, t)}
      </EmptyState>
    );
  if (problem)
    return (
      <LoadError
        problem={problem}
        onRetry={() => {
          setProblem(undefined);
          setRound(round + 1);
        }}
      />
    );
  return (
    <div role="status">
      <EmptyState
        icon={<LoaderCircle className="animate-spin" />}
        title={t("confirming_title")}
        action={
          address.get("order") && round > 4 ? (
            <Button asChild>
              <Link to={`/orders/${address.get("order") ?? ""}`}>{t("see_order")}</Link>
            </Button>
          ) : undefined
        }
      >
        {t("confirming")}
      </EmptyState>
    </div>
  );
}
