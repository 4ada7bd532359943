import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOnce } from "@/shared/api";
import type { MoneyOut, ReceiptIn, ReceiptRecordedOut } from "@/shared/api/generated/model";
import { recordReceipt } from "@/shared/api/generated/receipts/receipts";
import { useListMarketplaces } from "@/shared/api/generated/storefront/storefront";
import { Button, Drawer, Field, Input, MoneyInput, Notice, Select, Textarea, toast } from "@/shared/kit";
import { OrderPicker } from "@/shared/ledger";

interface RecordReceiptProps {
  /** The marketplace that the list shows; empty for all of them. */
  tenant: string;
  onClose: () => void;
}

/** What the statement says, and the order that it is for; the same reference is recorded once. */
export function RecordReceipt({ tenant, onClose }: RecordReceiptProps) {
  const { t } = useTranslation("receipts");
  const cache = useQueryClient();
  const markets = useListMarketplaces({ query: { staleTime: Infinity } }).data?.data ?? [];
  const [chosen, choose] = useState(tenant);
  const market = markets.find(({ slug }) => slug === chosen) ?? markets[0];
  const [picked, setPicked] = useState("");
  const currency = market?.currencies.includes(picked) ? picked : (market?.currency ?? "");
  const [amount, setAmount] = useState<MoneyOut>();
  const [said, setSaid] = useState({ reference: "", valued_on: "", words: "" });
  const [order, setOrder] = useState("");
  const record = useOnce((body: ReceiptIn, once) => recordReceipt(body, once), {
    onSuccess: (done) => {
      void cache.invalidateQueries({
        predicate: ({ queryKey }) => /finance\/(receipts|waiting-orders|suspense)/.test(String(queryKey[0])),
      });
      toast({ title: t(told(done)), tone: done.refusal || !done.is_new ? "neutral" : "positive" });
      if (!done.refusal) onClose();
    },
  });
  const at = (place: string) => record.error?.errors.find(({ pointer }) => pointer === place)?.detail;
  const words = (name: keyof typeof said) => ({
    value: said[name],
    onChange: (event: { target: { value: string } }) => setSaid({ ...said, [name]: event.target.value }),
  });
  const send = () => {
    if (market && amount)
      record.mutate({
        tenant: market.slug,
        reference: said.reference.trim(),
        amount_minor: amount.amount,
        currency,
        valued_on: said.valued_on,
        words: said.words.trim(),
        ...(order ? { order_id: order } : {}),
      });
  };
  return (
    <Drawer
      open
      onClose={onClose}
      title={t("record")}
      footer={
        <Button
          tone="primary"
          className="w-full"
          busy={record.isPending}
          disabled={!amount || !said.reference.trim() || !said.valued_on}
          onClick={send}
        >
          {t("record_it")}
        </Button>
      }
    >
      <div className="grid gap-4">
        {record.isError && !record.error.errors.length && (
          <Notice tone="negative" title={record.error.detail || record.error.message} />
        )}
        {record.data?.refusal && (
          <Notice tone="warning" title={t("not_taken")}>
            {record.data.refusal}
          </Notice>
        )}
        <Field label={t("marketplace")} error={at("/tenant")}>
          <Select
            value={market?.slug ?? ""}
            onChange={(slug) => {
              choose(slug);
              setAmount(undefined);
              setOrder("");
            }}
            options={markets.map(({ slug, name }) => ({ value: slug, label: name }))}
          />
        </Field>
        {(market?.currencies.length ?? 0) > 1 && (
          <Field label={t("currency")} error={at("/currency")}>
            <Select
              value={currency}
              onChange={(value) => {
                setPicked(value);
                setAmount(undefined);
                setOrder("");
              }}
              options={(market?.currencies ?? []).map((value) => ({ value, label: value }))}
            />
          </Field>
        )}
        {currency && (
          <Field label={t("amount")} error={at("/amount_minor")} required>
            <MoneyInput key={currency} currency={currency} value={amount} onChange={setAmount} />
          </Field>
        )}
        <Field label={t("valued_on")} error={at("/valued_on")} required>
          <Input type="date" {...words("valued_on")} />
        </Field>
        <Field label={t("reference")} hint={t("reference_hint")} error={at("/reference")} required>
          <Input {...words("reference")} />
        </Field>
        <Field label={t("words")} hint={t("words_hint")} error={at("/words")}>
          <Textarea rows={3} {...words("words")} />
        </Field>
        <Field label={t("order")} hint={t("order_hint")} error={at("/order_id")}>
          <OrderPicker
            key={`${market?.slug} ${currency}`}
            tenant={market?.slug ?? ""}
            currency={currency}
            value={order}
            onChange={setOrder}
          />
        </Field>
      </div>
    </Drawer>
  );
}

const told = (done: ReceiptRecordedOut) =>
  done.is_new ? (done.settlement === "take" ? `now_${done.state}` : "now_open") : "now_known";
