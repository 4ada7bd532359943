import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useOnce } from "@/shared/api";
import type { FailedIn, SentIn, TransferOut } from "@/shared/api/generated/model";
import { sayFailed, saySent, useSetPayee } from "@/shared/api/generated/transfers/transfers";
import { useFormat } from "@/shared/format";
import { Button, CopyId, Drawer, Fact, Facts, Field, Input, Notice, toast } from "@/shared/kit";

interface TransferDrawerProps {
  transfer: TransferOut;
  onClose: () => void;
}

/** One transfer: what to copy into the bank, where to, and what the bank said of it. */
export function TransferDrawer({ transfer, onClose }: TransferDrawerProps) {
  const { t } = useTranslation("transfers");
  const { money } = useFormat();
  const cache = useQueryClient();
  const [one, setOne] = useState(transfer);
  const changed = (now: TransferOut) => {
    setOne(now);
    void cache.invalidateQueries({
      predicate: ({ queryKey }) => String(queryKey[0]).includes("/finance/transfers"),
    });
  };
  const isOpen = one.state === "to_make";
  return (
    <Drawer open onClose={onClose} title={t("transfer_of", { amount: money(one.amount) })}>
      <div className="grid gap-6">
        {one.state === "awaiting_second" && (
          <Notice title={t("waits_title")}>
            <Link to={`/finance/approvals/${one.approval_id}`} className="underline underline-offset-4">
              {t("see_request")}
            </Link>
          </Notice>
        )}
        {one.state === "failed" && (
          <Notice title={t("state_failed")}>
            <span dir="auto">{one.reason}</span>
          </Notice>
        )}
        <Facts className="-my-2">
          {one.payee && <Fact name={t("holder")}>{one.payee.holder}</Fact>}
          {one.payee && (
            <Fact name={t("iban")}>
              <CopyId id={one.payee.iban} />
            </Fact>
          )}
          <Fact name={t("amount")} strong>
            {money(one.amount)}
          </Fact>
          <Fact name={t("purpose")}>
            <CopyId id={one.order_id ?? one.about.split(":")[0] ?? one.id} />
          </Fact>
          {one.bank_ref && (
            <Fact name={t("bank_ref")}>
              <CopyId id={one.bank_ref} />
            </Fact>
          )}
        </Facts>
        {isOpen && <PayeeForm one={one} onChanged={changed} />}
        {isOpen && one.payee && <SentForm one={one} onChanged={changed} />}
        {isOpen && <FailedForm one={one} onChanged={changed} />}
      </div>
    </Drawer>
  );
}

interface FormProps {
  one: TransferOut;
  onChanged: (now: TransferOut) => void;
}

function PayeeForm({ one, onChanged }: FormProps) {
  const { t } = useTranslation("transfers");
  const [holder, setHolder] = useState(one.payee?.holder ?? "");
  const [iban, setIban] = useState(one.payee?.iban ?? "");
  const give = useSetPayee({
    mutation: {
      onSuccess: (now) => {
        toast({ title: t("payee_kept"), tone: "positive" });
        onChanged(now);
      },
    },
  });
  return (
    <form
      noValidate
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        give.mutate({ transferId: one.id, data: { holder: holder.trim(), iban } });
      }}
    >
      <h3 className="font-semibold">{t(one.payee ? "change_payee" : "give_payee")}</h3>
      {give.isError && <Notice tone="negative" title={give.error.detail || give.error.message} />}
      <Field label={t("holder")} required>
        <Input value={holder} onChange={(event) => setHolder(event.target.value)} />
      </Field>
      <Field label={t("iban")} required>
        <Input
          dir="ltr"
          className="font-mono"
          value={iban}
          onChange={(event) => setIban(event.target.value)}
        />
      </Field>
      <div>
        <Button
          type="submit"
          busy={give.isPending}
          disabled={holder.trim().length < 2 || iban.trim().length < 15}
        >
          {t("keep_payee")}
        </Button>
      </div>
    </form>
  );
}

function SentForm({ one, onChanged }: FormProps) {
  const { t } = useTranslation("transfers");
  const [ref, setRef] = useState("");
  const [day, setDay] = useState("");
  const say = useOnce((body: SentIn, once) => saySent(one.id, body, once), {
    onSuccess: (now) => {
      toast({ title: t(`now_${now.state}`), tone: "positive" });
      onChanged(now);
    },
  });
  return (
    <form
      noValidate
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        say.mutate({ bank_ref: ref.trim(), sent_on: day });
      }}
    >
      <h3 className="font-semibold">{t("was_sent")}</h3>
      {one.needs_second_person && <p className="text-sm text-muted">{t("needs_second")}</p>}
      {say.isError && <Notice tone="negative" title={say.error.detail || say.error.message} />}
      <Field label={t("bank_ref")} required>
        <Input value={ref} onChange={(event) => setRef(event.target.value)} />
      </Field>
      <Field label={t("sent_on")} required>
        <Input type="date" value={day} onChange={(event) => setDay(event.target.value)} />
      </Field>
      <div>
        <Button type="submit" tone="primary" busy={say.isPending} disabled={!ref.trim() || !day}>
          {t(one.needs_second_person ? "ask_second" : "say_sent")}
        </Button>
      </div>
    </form>
  );
}

function FailedForm({ one, onChanged }: FormProps) {
  const { t } = useTranslation("transfers");
  const [reason, setReason] = useState("");
  const say = useOnce((body: FailedIn, once) => sayFailed(one.id, body, once), {
    onSuccess: (now) => {
      toast({ title: t("now_failed"), tone: "neutral" });
      onChanged(now);
    },
  });
  return (
    <form
      noValidate
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        say.mutate({ reason: reason.trim() });
      }}
    >
      <h3 className="font-semibold">{t("was_not_made")}</h3>
      {say.isError && <Notice tone="negative" title={say.error.detail || say.error.message} />}
      <Field label={t("reason")} hint={t("reason_hint")} required>
        <Input value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
      <div>
        <Button type="submit" busy={say.isPending} disabled={reason.trim().length < 3}>
          {t("say_failed")}
        </Button>
      </div>
    </form>
  );
}
