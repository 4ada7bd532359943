import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { useOnce } from "@/shared/api";
import { setInvoiceTerms, useReadInvoiceTerms } from "@/shared/api/generated/finance/finance";
import type {
  InvoiceTermsIn,
  InvoiceTermsOut,
  InvoiceTermsSetOut,
  MoneyOut,
  ReadInvoiceTermsParams,
} from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, Field, MoneyInput, Notice, PageHead } from "@/shared/kit";
import {
  DoneNotice,
  FindBuyer,
  FoundBuyer,
  MarketplaceSelect,
  ReasonField,
  useOneMarketplace,
  useReason,
} from "@/shared/ledger";

/** How much a buyer may owe on invoices of a marketplace, what is owed, and another limit. */
export function InvoiceTermsPage() {
  const { t } = useTranslation("invoiceTerms");
  const { market, markets, choose } = useOneMarketplace();
  const [asked, setAsked] = useState<ReadInvoiceTermsParams>();
  const found = useReadInvoiceTerms(asked ?? { tenant: "", email: "" }, {
    query: { enabled: asked !== undefined, placeholderData: (last) => last },
  });
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <FindBuyer
        ready={market !== undefined}
        onFind={(email) => market && setAsked({ tenant: market.slug, email })}
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
      </FindBuyer>
      {asked && (
        <FoundBuyer found={found}>
          {(terms) => (
            <Terms key={terms.account_id + terms.tenant} terms={terms} onSet={() => void found.refetch()} />
          )}
        </FoundBuyer>
      )}
    </>
  );
}

function Terms({ terms, onSet }: { terms: InvoiceTermsOut; onSet: () => void }) {
  const { t } = useTranslation("invoiceTerms");
  const { currency } = terms.limit;
  const [limit, setLimit] = useState<MoneyOut>();
  const [done, setDone] = useState<InvoiceTermsSetOut>();
  const reason = useReason();
  const change = useOnce((body: InvoiceTermsIn, once) => setInvoiceTerms(body, once), {
    onSuccess: (now) => {
      setDone(now);
      setLimit(undefined);
      reason.clear();
      onSet();
    },
  });
  const refused = change.error?.errors.find(({ pointer }) => pointer.startsWith("/limit"))?.detail;
  const send = (event: FormEvent) => {
    event.preventDefault();
    reason.try();
    setDone(undefined);
    if (limit && reason.isFine)
      change.mutate({ tenant: terms.tenant, email: terms.email, limit, reason: reason.words });
  };
  return (
    <Card title={terms.name} aside={<span dir="ltr">{terms.email}</span>}>
      <Standing terms={terms} />
      {done && (
        <div className="mb-4">
          <DoneNotice title={t(`now_${done.state}`)} approvalId={done.approval_id} />
        </div>
      )}
      {change.isError && !refused && (
        <div className="mb-4">
          <Notice tone="negative" title={change.error.detail || change.error.message} />
        </div>
      )}
      <form noValidate onSubmit={send} className="grid gap-4">
        <Field
          label={t("new_limit")}
          hint={t("new_limit_hint")}
          error={refused ?? (reason.tried && !limit ? t("new_limit_missing") : undefined)}
          required
        >
          <MoneyInput className="w-48" currency={currency} value={limit} onChange={setLimit} />
        </Field>
        <ReasonField {...reason.field} />
        <div>
          <Button type="submit" tone="primary" busy={change.isPending}>
            {t("set")}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Standing({ terms }: { terms: InvoiceTermsOut }) {
  const { t } = useTranslation("invoiceTerms");
  const { money } = useFormat();
  if (terms.limit.amount === 0 && terms.owed.amount === 0)
    return <p className="mb-5 text-muted">{t("none_yet")}</p>;
  return (
    <dl className="mb-5 grid grid-cols-2 gap-4 sm:grid-cols-3">
      {(["limit", "owed", "left"] as const).map((what) => (
        <div key={what}>
          <dt className="text-sm text-muted">{t(what)}</dt>
          <dd className="figures text-lg font-semibold">{money(terms[what])}</dd>
        </div>
      ))}
    </dl>
  );
}
