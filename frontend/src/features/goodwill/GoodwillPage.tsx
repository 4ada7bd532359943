import { Search, Wallet } from "lucide-react";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useOnce } from "@/shared/api";
import { giveGoodwill, useReadCreditOfBuyer } from "@/shared/api/generated/finance/finance";
import type { BuyerCreditOut, GoodwillIn, GoodwillOut, MoneyOut } from "@/shared/api/generated/model";
import { useListMarketplaces } from "@/shared/api/generated/storefront/storefront";
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

const SHORTEST = 3;
const LONGEST = 200;

/** A buyer's store credit in a marketplace, and goodwill that is added to it. */
export function GoodwillPage() {
  const { t } = useTranslation("goodwill");
  const markets = useListMarketplaces({ query: { staleTime: Infinity } }).data?.data ?? [];
  const [chosen, choose] = useState("");
  const [email, setEmail] = useState("");
  const [asked, setAsked] = useState<{ tenant: string; email: string }>();
  const tenant = chosen || markets[0]?.slug || "";
  const found = useReadCreditOfBuyer(asked ?? { tenant: "", email: "" }, {
    query: { enabled: asked !== undefined },
  });
  const look = (event: FormEvent) => {
    event.preventDefault();
    if (tenant && email.trim()) setAsked({ tenant, email: email.trim() });
  };
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <Card>
        <form onSubmit={look} className="flex flex-wrap items-end gap-4">
          <Field label={t("marketplace")} className="min-w-44">
            <Select
              value={tenant}
              onChange={choose}
              options={markets.map(({ slug, name }) => ({ value: slug, label: name }))}
            />
          </Field>
          <Field label={t("email")} className="min-w-0 grow basis-60">
            <Input type="email" value={email} onChange={(event) => setEmail(event.target.value)} />
          </Field>
          <Button type="submit" disabled={!tenant || !email.trim()}>
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
              key={found.data.account_id + found.data.tenant}
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
  const { currency } = buyer.credit.balance;
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
      aside={<span className="figures">{t("has", { amount: money(buyer.credit.balance) })}</span>}
    >
      {done && (
        <div className="mb-4">
          <Notice tone={done.state === "given" ? "positive" : "warning"} title={t(`now_${done.state}`)}>
            {done.approval_id && (
              <Link to={`/finance/approvals/${done.approval_id}`} className="underline underline-offset-4">
                {t("see_request")}
              </Link>
            )}
          </Notice>
        </div>
      )}
      {give.isError && (
        <div className="mb-4">
          <Notice tone="negative" title={give.error.detail || give.error.message} />
        </div>
      )}
      <form noValidate onSubmit={send} className="grid gap-4">
        <Field label={t("amount")} error={tried && none ? t("amount_missing") : undefined} required>
          <MoneyInput className="w-48" currency={currency} value={amount} onChange={setAmount} />
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
