import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useRecordConversion } from "@/shared/api/generated/fx/fx";
import type { MoneyOut, RecordedOut } from "@/shared/api/generated/model";
import { Button, Card, Field, Input, MoneyInput, Notice, Select } from "@/shared/kit";
import { DoneNotice } from "@/shared/ledger";

type Place = "bank" | "gateway";

interface Side {
  account: Place;
  currency: string;
  amount: MoneyOut | undefined;
}

interface RecordConversionProps {
  tenant: string;
  /** In which the marketplace sells: two or more. */
  currencies: string[];
  onRecorded: () => void;
}

/** A form for what was changed, as the bank's statement says it. The same reference is never booked twice. */
export function RecordConversion({ tenant, currencies, onRecorded }: RecordConversionProps) {
  const { t } = useTranslation("fx");
  const [sold, setSold] = useState<Side>({
    account: "bank",
    currency: currencies[0] ?? "",
    amount: undefined,
  });
  const [bought, setBought] = useState<Side>({
    account: "bank",
    currency: currencies[1] ?? "",
    amount: undefined,
  });
  const [said, setSaid] = useState({ reference: "", source: "", rate: "", on: "" });
  const [done, setDone] = useState<RecordedOut>();
  const record = useRecordConversion({
    mutation: {
      onSuccess: (recorded) => {
        setDone(recorded);
        setSaid({ reference: "", source: "", rate: "", on: "" });
        setSold({ ...sold, amount: undefined });
        setBought({ ...bought, amount: undefined });
        onRecorded();
      },
    },
  });
  const at = (place: string) => record.error?.errors.find(({ pointer }) => pointer.startsWith(place))?.detail;
  const isWhole = sold.amount && bought.amount && Object.values(said).every((words) => words.trim());
  const send = (event: FormEvent) => {
    event.preventDefault();
    setDone(undefined);
    if (sold.amount && bought.amount)
      record.mutate({
        data: {
          tenant,
          ...said,
          reference: said.reference.trim(),
          rate: said.rate.trim().replace(",", "."),
          sold: { ...sold, amount: sold.amount.amount },
          bought: { ...bought, amount: bought.amount.amount },
        },
      });
  };
  const words = (name: "reference" | "source" | "rate") => ({
    value: said[name],
    onChange: (event: { target: { value: string } }) => setSaid({ ...said, [name]: event.target.value }),
  });
  return (
    <Card title={t("record")}>
      {done && (
        <div className="mb-4">
          <DoneNotice title={t(`now_${done.state}`)} approvalId={done.approval_id} />
        </div>
      )}
      {record.isError && !record.error.errors.length && (
        <div className="mb-4">
          <Notice tone="negative" title={record.error.detail || record.error.message} />
        </div>
      )}
      <form noValidate onSubmit={send} className="grid gap-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <SideFields
            label={t("sold")}
            side={sold}
            onChange={setSold}
            currencies={currencies}
            error={at("/sold")}
          />
          <SideFields
            label={t("bought")}
            side={bought}
            onChange={setBought}
            currencies={currencies}
            error={at("/bought")}
          />
          <Field
            label={t("rate")}
            hint={t("rate_hint", { sold: sold.currency, bought: bought.currency })}
            error={at("/rate")}
            required
          >
            <Input inputMode="decimal" dir="ltr" {...words("rate")} />
          </Field>
          <Field label={t("on")} error={at("/on")} required>
            <Input
              type="date"
              value={said.on}
              onChange={(event) => setSaid({ ...said, on: event.target.value })}
            />
          </Field>
          <Field label={t("reference")} hint={t("reference_hint")} error={at("/reference")} required>
            <Input {...words("reference")} />
          </Field>
          <Field label={t("source")} hint={t("source_hint")} error={at("/source")} required>
            <Input {...words("source")} />
          </Field>
        </div>
        <div>
          <Button type="submit" tone="primary" busy={record.isPending} disabled={!isWhole}>
            {t("record_it")}
          </Button>
        </div>
      </form>
    </Card>
  );
}

interface SideFieldsProps {
  label: string;
  side: Side;
  onChange: (side: Side) => void;
  currencies: string[];
  error: string | undefined;
}

function SideFields({ label, side, onChange, currencies, error }: SideFieldsProps) {
  const { t } = useTranslation("fx");
  return (
    <div className="grid content-start gap-2">
      <Field label={label} error={error} required>
        <MoneyInput
          key={side.currency}
          currency={side.currency}
          value={side.amount}
          onChange={(amount) => onChange({ ...side, amount })}
        />
      </Field>
      <div className="flex gap-2">
        <Select
          aria-label={t("currency_of", { side: label })}
          className="w-28!"
          value={side.currency}
          onChange={(currency) => onChange({ ...side, currency, amount: undefined })}
          options={currencies.map((currency) => ({ value: currency, label: currency }))}
        />
        <Select
          aria-label={t("account_of", { side: label })}
          value={side.account}
          onChange={(account) => onChange({ ...side, account: account as Place })}
          options={(["bank", "gateway"] as const).map((place) => ({ value: place, label: t(`at_${place}`) }))}
        />
      </div>
    </div>
  );
}
