import { Banknote, FileText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useListMethods } from "@/shared/api/generated/checkout/checkout";
import type { MoneyOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Field, Input, type RadioOption } from "@/shared/kit";

export type Later = "cash_on_delivery" | "invoice";

export function isLater(way: string): way is Later {
  return way === "cash_on_delivery" || way === "invoice";
}

/** The ways to pay later that this order can be paid in: those that are offered here, to this buyer, for so much. */
export function useLater(toPay: MoneyOut | undefined) {
  const { t } = useTranslation("checkout");
  const { money } = useFormat();
  const [purchaseOrder, setPurchaseOrder] = useState("");
  const offered = useListMethods().data?.data ?? [];
  const options: RadioOption[] = offered
    .filter(({ at_most }) => !at_most || !toPay || toPay.amount <= at_most.amount)
    .map(({ method, days }) =>
      method === "invoice"
        ? {
            value: method,
            icon: <FileText aria-hidden />,
            label: t("invoice"),
            aside: <span className="text-sm">{t("invoice_days", { count: days ?? 0 })}</span>,
            body: (
              <div className="grid gap-4">
                <p className="text-base text-muted">{t("invoice_text", { count: days ?? 0 })}</p>
                <Field label={t("purchase_order")} optional>
                  <Input
                    controlSize="lg"
                    maxLength={40}
                    value={purchaseOrder}
                    onChange={(event) => setPurchaseOrder(event.target.value)}
                  />
                </Field>
              </div>
            ),
          }
        : {
            value: method,
            icon: <Banknote aria-hidden />,
            label: t("cash"),
            body: (
              <p className="text-base text-muted">{t("cash_text", { amount: toPay ? money(toPay) : "" })}</p>
            ),
          },
    );
  return { options, purchaseOrder };
}
