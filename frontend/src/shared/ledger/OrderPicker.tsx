import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useListWaitingOrders } from "../api/generated/receipts/receipts";
import { useFormat } from "../format";
import { Combobox } from "../kit";
import { useLate } from "../useLate";

interface OrderPickerProps {
  /** The marketplace and the currency in which the money came: no other can take it. */
  tenant: string;
  currency: string;
  value: string;
  onChange: (orderId: string) => void;
}

const SHOWN = 20;

/** An order that waits for its money, found by its number or by the amount that is missing. */
export function OrderPicker({ tenant, currency, value, onChange }: OrderPickerProps) {
  const { t } = useTranslation("ledger");
  const { money } = useFormat();
  const [text, setText] = useState("");
  const q = useLate(text.trim());
  const found = useListWaitingOrders(
    { tenant, currency, limit: SHOWN, ...(q ? { q } : {}) },
    { query: { placeholderData: (before) => before, enabled: tenant !== "" } },
  );
  const options = (found.data?.data ?? []).map((one) => ({
    value: one.order_id,
    label: `${one.order_id} · ${money({ ...one.due, amount: one.due.amount - one.kept.amount })} · ${one.buyer}`,
  }));
  const isShown = options.some((option) => option.value === value);
  return (
    <Combobox
      value={value}
      onChange={onChange}
      onSearch={setText}
      loading={found.isFetching}
      placeholder={t("pick_order")}
      options={value && !isShown ? [{ value, label: value }, ...options] : options}
    />
  );
}
