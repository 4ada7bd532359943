import { Banknote, Landmark } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { OrderOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { CopyId, Fact, Facts, Notice } from "@/shared/kit";

/** What is still to be paid, how, and by when; nothing where it is paid or somebody else brings the money. */
export function ToPay({ order }: { order: OrderOut }) {
  const { t } = useTranslation("order");
  const { money, date } = useFormat();
  const { payment } = order;
  if (!payment || payment.state !== "awaited" || payment.due.amount === 0) return null;
  const amount = money(payment.due);
  if (payment.method === "cash_on_delivery")
    return (
      <Notice tone="info" icon={<Banknote aria-hidden />} title={t("cash_title", { amount })}>
        {t("cash_text")}
      </Notice>
    );
  const late = payment.due_at !== null && new Date(payment.due_at) < new Date();
  return (
    <Notice
      tone={late ? "warning" : "info"}
      icon={<Landmark aria-hidden />}
      title={
        payment.due_at
          ? t(late ? "invoice_title_late" : "invoice_title", { amount, date: date(payment.due_at) })
          : t("invoice_title_open", { amount })
      }
    >
      {payment.bank && (
        <Facts className="mt-1 max-w-md">
          <Fact name={t("bank_holder")}>{payment.bank.holder}</Fact>
          <Fact name="IBAN">
            <span className="figures" dir="ltr">
              {payment.bank.iban.replace(/(.{4})(?=.)/g, "$1 ")}
            </span>
          </Fact>
          {payment.bank.bic && (
            <Fact name="BIC">
              <span dir="ltr">{payment.bank.bic}</span>
            </Fact>
          )}
          <Fact name={t("bank_reference")}>
            <CopyId id={order.id} />
          </Fact>
        </Facts>
      )}
    </Notice>
  );
}
