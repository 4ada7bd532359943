import { useQueryClient } from "@tanstack/react-query";
import { HandCoins, RefreshCw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router-dom";
import { useOnce } from "@/shared/api";
import type { DeskCaseOut, LetGoIn } from "@/shared/api/generated/model";
import {
  getListSuspenseQueryKey,
  getReadSuspenseQueryKey,
  letGoSuspense,
  useAskGateway,
  useReadSuspense,
} from "@/shared/api/generated/suspense/suspense";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  CopyId,
  EmptyState,
  Fact,
  Facts,
  LoadError,
  Notice,
  PageHead,
  SkeletonText,
  Timeline,
  toast,
  TwoColumns,
  type TimelineItem,
} from "@/shared/kit";
import { ReasonDialog } from "@/shared/ledger";
import { CaseState, lookOf } from "./looks";
import { SettleDialog } from "./SettleDialog";

/** One case with all that is known of it, and what may become of it. */
export function CasePage() {
  const { t } = useTranslation("suspense");
  const { caseId = "" } = useParams();
  const found = useReadSuspense(caseId);
  if (found.isPending)
    return (
      <div role="status" aria-label={t("loading")}>
        <TwoColumns
          aside={
            <Card>
              <SkeletonText lines={4} />
            </Card>
          }
        >
          <Card>
            <SkeletonText lines={6} />
          </Card>
        </TwoColumns>
      </div>
    );
  if (found.isError) return <LoadError problem={found.error} onRetry={found.refetch} />;
  return <Told one={found.data} />;
}

function Told({ one }: { one: DeskCaseOut }) {
  const { t } = useTranslation("suspense");
  const { money } = useFormat();
  const [settling, setSettling] = useState(false);
  return (
    <TwoColumns aside={<Known one={one} />}>
      <PageHead
        title={t("case_of", {
          what: t(`source_${one.source}`, { defaultValue: one.source }),
          amount: money(one.amount),
        })}
        chip={<CaseState state={one.state} />}
        lead={t(one.gateway === "bank" ? "about_receipt" : `about_${one.kind}`, { market: one.tenant.name })}
        crumbs={<Crumbs id={one.id} />}
        actions={
          <>
            {one.may_ask && <AskButton one={one} />}
            {one.state === "kept" && <LetGoButton one={one} />}
            {one.choices.length > 0 && (
              <Button tone="primary" onClick={() => setSettling(true)}>
                <HandCoins />
                {t("settle")}
              </Button>
            )}
          </>
        }
      />
      <div className="grid gap-4">
        <WhatItWaitsFor one={one} />
        <History one={one} />
      </div>
      {settling && <SettleDialog one={one} onClose={() => setSettling(false)} />}
    </TwoColumns>
  );
}

function Crumbs({ id }: { id: string }) {
  const { t } = useTranslation("suspense");
  return (
    <>
      <Link to="/finance/suspense" className="text-muted hover:text-text max-sm:hidden">
        {t("title")}
      </Link>
      <span aria-hidden className="text-muted max-sm:hidden">
        /
      </span>
      <CopyId id={id} />
    </>
  );
}

/** Why nothing can be decided here now, or why the last try came to nothing. */
function WhatItWaitsFor({ one }: { one: DeskCaseOut }) {
  const { t } = useTranslation("suspense");
  if (one.state === "awaiting_second")
    return (
      <Notice
        title={t("waits_title")}
        action={
          <Link
            to={`/finance/approvals${one.approval_id ? `/${one.approval_id}` : ""}`}
            className="shrink-0 font-semibold text-accent underline underline-offset-4"
          >
            {t("see_request")}
          </Link>
        }
      >
        {t(`waits_${one.settlement ?? "give_back"}`, { reason: one.reason })}
      </Notice>
    );
  if (one.state === "kept") return <Notice title={t("kept_title")}>{one.order_id}</Notice>;
  if (one.state === "giving_back" && one.gateway === "bank")
    return (
      <Notice title={t("by_transfer_title")}>
        <Link to="/finance/transfers" className="underline underline-offset-4">
          {t("by_transfer")}
        </Link>
      </Notice>
    );
  if (one.state === "giving_back") return <Notice title={t("on_its_way_title")}>{t("on_its_way")}</Notice>;
  if (one.state === "open" && one.refusal)
    return (
      <Notice tone="warning" title={t("refused_title")}>
        <span dir="auto">{one.refusal}</span>
      </Notice>
    );
  return null;
}

function AskButton({ one }: { one: DeskCaseOut }) {
  const { t } = useTranslation("suspense");
  const cache = useQueryClient();
  const ask = useAskGateway({
    mutation: {
      onSuccess: (now) => {
        cache.setQueryData(getReadSuspenseQueryKey(one.id), now);
        void cache.invalidateQueries({ queryKey: getListSuspenseQueryKey() });
        toast({
          title: t(now.state === one.state ? "asked_no_news" : "asked_news"),
          tone: now.state === one.state ? "neutral" : "positive",
        });
      },
      onError: (problem) => toast({ title: problem.detail || problem.message, tone: "negative" }),
    },
  });
  return (
    <Button busy={ask.isPending} onClick={() => ask.mutate({ itemId: one.id })}>
      <RefreshCw />
      {t("ask")}
    </Button>
  );
}

function LetGoButton({ one }: { one: DeskCaseOut }) {
  const { t } = useTranslation("suspense");
  const { money } = useFormat();
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const go = useOnce((body: LetGoIn, once) => letGoSuspense(one.id, body, once), {
    onSuccess: (now) => {
      cache.setQueryData(getReadSuspenseQueryKey(one.id), now);
      void cache.invalidateQueries({ queryKey: getListSuspenseQueryKey() });
      toast({ title: t("let_gone"), tone: "neutral" });
    },
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t("let_go")}</Button>
      {asking && (
        <ReasonDialog
          title={t("let_go_title", { amount: money(one.amount) })}
          lead={t("let_go_lead")}
          action={t("let_go")}
          busy={go.isPending}
          error={go.error}
          onSend={(reason) => go.mutate({ reason })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  );
}

function Known({ one }: { one: DeskCaseOut }) {
  const { t } = useTranslation("suspense");
  const { money, dateTime } = useFormat();
  return (
    <>
      <Card className="min-w-0">
        <Facts className="-my-2">
          <Fact name={t("amount")} strong>
            {money(one.amount)}
          </Fact>
          <Fact name={t("marketplace")}>{one.tenant.name}</Fact>
          <Fact name={t("since")}>{dateTime(one.since)}</Fact>
          <Fact name={t("gateway")}>{one.gateway}</Fact>
          {one.gateway_ref && (
            <Fact name={t("gateway_ref")}>
              <CopyId id={one.gateway_ref} />
            </Fact>
          )}
          {one.gateway_key && (
            <Fact name={t("gateway_key")}>
              <CopyId id={one.gateway_key} />
            </Fact>
          )}
          {one.order_id && (
            <Fact name={t("order")}>
              <Link
                to={`/finance/trails/${one.order_id}`}
                className="font-mono text-xs text-accent underline underline-offset-4"
              >
                {one.order_id}
              </Link>
            </Fact>
          )}
          {one.settlement && <Fact name={t("settlement")}>{t(`settlement_${one.settlement}`)}</Fact>}
          {one.reason && <Fact name={t("reason")}>{one.reason}</Fact>}
        </Facts>
      </Card>
      {Object.keys(one.facts).length > 0 && (
        <Card title={t("facts")} className="min-w-0">
          <Facts className="-my-2">
            {Object.entries(one.facts).map(([name, value]) => (
              <Fact key={name} name={<span dir="ltr">{name}</span>}>
                <span dir="auto" className="break-words">
                  {typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value)}
                </span>
              </Fact>
            ))}
          </Facts>
        </Card>
      )}
    </>
  );
}

/** Everything that the gateway said and people did, oldest first. */
function History({ one }: { one: DeskCaseOut }) {
  const { t } = useTranslation("suspense");
  const { joined } = useFormat();
  const items = one.steps.map((step, index): TimelineItem => {
    const told = Object.entries(step.detail)
      .filter(([name, value]) => value && (name === "reason" || name === "key" || name === "for"))
      .map(([name, value]) => (name === "reason" ? String(value) : t(`detail_${name}`, { value })));
    return {
      id: `${step.what} ${index}`,
      title: t(`step.${step.what}`, { defaultValue: step.what }),
      detail: joined([step.by === "system" ? t("by_system") : step.by, ...told]),
      at: step.at,
      ...lookOf(step.what),
    };
  });
  return (
    <Card title={t("history")}>
      {items.length > 0 ? <Timeline exact items={items} /> : <EmptyState title={t("no_history")} />}
    </Card>
  );
}
