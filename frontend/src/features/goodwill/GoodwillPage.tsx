import { Search, Wallet } from "lucide-react";
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
import {
  Button,
  Card,
  EmptyState,
  Field,
  Input,
  LoadError,
  MoneyInput,
  Notice,
  PageHead,
  Select,
  Skeleton,
  Textarea,
} from "@/shared/kit";
import { DoneNotice, MarketplaceSelect, useOneMarketplace } from "@/shared/ledger";

const SHORTEST = 3;
const LONGEST = 200;

/** A buyer's store credit in a marketplace, and goodwill that is added to it. */
export function GoodwillPage() {
  const { t } = useTranslation("goodwill");
  const { market, markets, choose } = useOneMarketplace();
  const [currency, setCurrency] = useState("");
  const [email, setEmail] = useState("");
  const [asked, setAsked] = useState<ReadCreditOfBuyerParams>();
  const found = useReadCreditOfBuyer(asked ?? { tenant: "", email: "" }, {
    query: { enabled: asked !== undefined, placeholderData: (last) => last },
  });
  const currencies = market?.currencies ?? [];
  const inCurrency = currencies.includes(currency) ? currency : (market?.currency ?? "");
  const look = (event: FormEvent) => {
    event.preventDefault();
    if (market && email.trim()) setAsked({ tenant: market.slug, email: email.trim(), currency: inCurrency });
  };
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <Card>
        <form onSubmit={look} className="flex flex-wrap items-end gap-4">
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
          <Field label={t("email")} className="min-w-0 grow basis-60">
            <Input type="email" value={email} onChange={(event) => setEmail(event.target.value)} />
          </Field>
          <Button type="submit" disabled={!market || !email.trim()}>
            <Search aria-hidden />
            {t("look")}
          </Button>
        </form>
      </Card>
      {asked && (
        <div className="mt-4">
          {found.isPending && <Skeleton className="h-40 w-full rounded-lg" />}
          {found.isError &&
            (found.error.status === 404 ? (
              <Card>
                <EmptyState icon={<Wallet />} title={t("nobody_title")}>
                  {t("nobody")}
                </EmptyState>
              </Card>
            ) : (
              <LoadError problem={found.error} onRetry={found.refetch} />
            ))}
          {found.data && (
            <Give
              key={found.data.account_id + found.data.tenant + found.data.credit.balance.currency}
              buyer={found.data}
              onGiven={() => void found.refetch()}
            />
          )}
        </div>
      )}
    </>
  );
}

function Give({ buyer, onGiven }: { buyer: BuyerCreditOut; onGiven: () => void }) {
  const { t } = useTranslation("goodwill");
  const { money } = useFormat();
  const { balance, others } = buyer.credit;
  const [amount, setAmount] = useState<MoneyOut>();
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [done, setDone] = useState<GoodwillOut>();
  const give = useOnce((body: GoodwillIn, once) => giveGoodwill(body, once), {
    onSuccess: (given) => {
      setDone(given);
      setReason("");
      setTried(false);
      onGiven();
    },
  });
  const words = reason.trim();
  const short = words.length < SHORTEST || words.length > LONGEST;
  const none = !amount || amount.amount < 1;
  const send = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setDone(undefined);
    if (!short && amount && !none)
      give.mutate({ tenant: buyer.tenant, email: buyer.email, amount, reason: words });
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
        <Field label={t("amount")} error={tried && none ? t("amount_missing") : undefined} required>
          <MoneyInput className="w-48" currency={balance.currency} value={amount} onChange={setAmount} />
        </Field>
        <Field
          label={t("reason")}
          hint={t("reason_hint")}
          error={tried && short ? t("reason_missing", { most: LONGEST }) : undefined}
          required
        >
          <Textarea rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <div>
          <Button type="submit" tone="primary" busy={give.isPending}>
            {t("give")}
          </Button>
        </div>
      </form>
    </Card>
  );
}
