import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useOnce } from "@/shared/api";
import { giveGoodwill, useReadCreditOfBuyer } from "@/shared/api/generated/finance/finance";
import type {
  BuyerCreditOut,
  GoodwillIn,
  GoodwillOut,
  MoneyOut,
  ReadCreditOfBuyerParams,
} from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, Field, MoneyInput, Notice, PageHead, Select } from "@/shared/kit";
import {
  DoneNotice,
  FindBuyer,
  FoundBuyer,
  MarketplaceSelect,
  ReasonField,
  useOneMarketplace,
  useReason,
} from "@/shared/ledger";

/** A buyer's store credit in a marketplace, and goodwill that is added to it. */
export function GoodwillPage() {
  const { t } = useTranslation("goodwill");
  const { market, markets, choose } = useOneMarketplace();
  const [currency, setCurrency] = useState("");
  const [asked, setAsked] = useState<ReadCreditOfBuyerParams>();
  const found = useReadCreditOfBuyer(asked ?? { tenant: "", email: "" }, {
    query: { enabled: asked !== undefined, placeholderData: (last) => last },
  });
  const currencies = market?.currencies ?? [];
  const inCurrency = currencies.includes(currency) ? currency : (market?.currency ?? "");
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <FindBuyer
        ready={market !== undefined}
        onFind={(email) => market && setAsked({ tenant: market.slug, email, currency: inCurrency })}
      >
        <MarketplaceSelect
          className="w-44!"
          markets={markets}
          value={market?.slug ?? ""}
          onChange={(slug) => {
            choose(slug);
            setAsked(undefined);
          }}
        />
        {currencies.length > 1 && (
          <Select
            aria-label={t("currency")}
            className="w-28!"
            value={inCurrency}
            onChange={(chosen) => {
              setCurrency(chosen);
              if (asked) setAsked({ ...asked, currency: chosen });
            }}
            options={currencies.map((one) => ({ value: one, label: one }))}
          />
        )}
      </FindBuyer>
      {asked && (
        <FoundBuyer found={found}>
          {(buyer) => (
            <Give
              key={buyer.account_id + buyer.tenant + buyer.credit.balance.currency}
              buyer={buyer}
              onGiven={() => void found.refetch()}
            />
          )}
        </FoundBuyer>
      )}
    </>
  );
}

function Give({ buyer, onGiven }: { buyer: BuyerCreditOut; onGiven: () => void }) {
  const { t } = useTranslation("goodwill");
  const { money } = useFormat();
  const { balance, others } = buyer.credit;
  const [amount, setAmount] = useState<MoneyOut>();
  const reason = useReason();
  const [done, setDone] = useState<GoodwillOut>();
  const give = useOnce((body: GoodwillIn, once) => giveGoodwill(body, once), {
    onSuccess: (given) => {
      setDone(given);
      reason.clear();
      onGiven();
    },
  });
  const none = !amount || amount.amount < 1;
  const send = (event: FormEvent) => {
    event.preventDefault();
    reason.try();
    setDone(undefined);
    if (reason.isFine && amount && !none)
      give.mutate({ tenant: buyer.tenant, email: buyer.email, amount, reason: reason.words });
  };
  return (
    <Card
      title={buyer.name}
      aside={
        <span className="figures">
          {t("has", { amount: money(balance) })}
          {others.map((one) => (
            <span key={one.currency} className="ms-3 text-muted">
              {t("has_too", { amount: money(one) })}
            </span>
          ))}
        </span>
      }
    >
      {done && (
        <div className="mb-4">
          <DoneNotice title={t(`now_${done.state}`)} approvalId={done.approval_id} />
        </div>
      )}
      {give.isError && (
        <div className="mb-4">
          <Notice tone="negative" title={give.error.detail || give.error.message} />
        </div>
      )}
      <form noValidate onSubmit={send} className="grid gap-4">
        <Field label={t("amount")} error={reason.tried && none ? t("amount_missing") : undefined} required>
          <MoneyInput className="w-48" currency={balance.currency} value={amount} onChange={setAmount} />
        </Field>
        <ReasonField {...reason.field} />
        <div>
          <Button type="submit" tone="primary" busy={give.isPending}>
            {t("give")}
          </Button>
        </div>
      </form>
    </Card>
  );
}
