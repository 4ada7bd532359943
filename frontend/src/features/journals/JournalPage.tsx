import { ArrowRight, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router-dom";
import { useReadJournal } from "@/shared/api/generated/finance/finance";
import type { JournalAccountOut, JournalFullOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Card,
  Chip,
  CopyId,
  Crumbs,
  DetailSkeleton,
  Fact,
  Facts,
  LoadError,
  Notice,
  PageHead,
  Postings,
  Skeleton,
  TwoColumns,
} from "@/shared/kit";
import { MoneyFlow, useLedgerWords } from "@/shared/ledger";
import { OrderMoney } from "./OrderMoney";
import { SealCard } from "./SealCard";

/** One journal: what it moved, for what, what undid it, and what proves it. */
export function JournalPage() {
  const { journalId = "" } = useParams();
  const journal = useReadJournal(journalId, {
    // What waits for its block has it in about a second.
    query: { refetchInterval: (query) => (query.state.data?.sealed === false ? 2000 : false) },
  });
  if (journal.isPending) return <JournalSkeleton journalId={journalId} />;
  if (journal.isError) return <LoadError problem={journal.error} onRetry={journal.refetch} />;
  return <Told journal={journal.data} />;
}

function Told({ journal }: { journal: JournalFullOut }) {
  const { t } = useTranslation("journals");
  const { joined, instant, money } = useFormat();
  const words = useLedgerWords();
  const { order } = journal.about;
  return (
    <TwoColumns
      aside={
        <>
          <Card title={t("picture")} aside={journal.total.currency}>
            <MoneyFlow legs={journal.legs} />
          </Card>
          <SealCard journal={journal} />
          <About journal={journal} />
        </>
      }
    >
      <PageHead
        title={words.journal(journal.kind)}
        chip={
          <Chip tone={journal.sealed ? "positive" : "neutral"}>{t(journal.sealed ? "sealed" : "waits")}</Chip>
        }
        lead={joined([journal.tenant.name, instant(journal.recorded_at), money(journal.total)])}
        crumbs={<Crumbs to="/finance/journals" list={t("title")} id={journal.id} />}
      />
      <div className="grid gap-4">
        {journal.reversed_by && (
          <Notice
            tone="warning"
            icon={<Undo2 aria-hidden />}
            title={t("reversed_by")}
            action={<JournalLink id={journal.reversed_by} />}
          />
        )}
        {journal.reverses && (
          <Notice
            icon={<Undo2 aria-hidden />}
            title={t("reverses")}
            action={<JournalLink id={journal.reverses} />}
          />
        )}
        <section>
          <h2 className="text-md font-semibold">{t("postings")}</h2>
          <Postings
            postings={journal.legs.map((leg, line) => ({
              id: String(line),
              from: <AccountLink account={leg.debit} />,
              to: <AccountLink account={leg.credit} />,
              money: leg.amount,
            }))}
          />
        </section>
        {order && <OrderMoney orderId={order} journalId={journal.id} />}
      </div>
    </TwoColumns>
  );
}

function AccountLink({ account }: { account: JournalAccountOut }) {
  const { coded } = useLedgerWords();
  return (
    <Link to={`/finance/accounts/${account.id}`} className="hover:text-accent">
      {coded(account)}
    </Link>
  );
}

function JournalLink({ id }: { id: string }) {
  return (
    <Link
      to={`/finance/journals/${id}`}
      className="inline-flex items-center gap-1.5 font-mono text-xs hover:text-accent"
    >
      {id}
      <ArrowRight aria-hidden className="size-3.5 flip-rtl" />
    </Link>
  );
}

function About({ journal }: { journal: JournalFullOut }) {
  const { t } = useTranslation("journals");
  const { instant } = useFormat();
  const { actor } = journal;
  return (
    <Card title={t("facts")}>
      <Facts className="-my-2">
        <Fact name={t("caused_by")}>
          {actor.name || t(`actor_${actor.ref}`, { defaultValue: actor.ref })}
        </Fact>
        <Fact name={t("effective")}>{instant(journal.effective_at)}</Fact>
        <Fact name={t("key")}>
          <CopyId id={journal.key} />
        </Fact>
        {Object.entries(journal.about).map(([name, value]) => (
          <Fact key={name} name={t(`about_${name}`, { defaultValue: name })}>
            <AboutLink name={name} value={value} />
          </Fact>
        ))}
      </Facts>
    </Card>
  );
}

const PLACES: Record<string, string> = { order: "trails", intent: "payments" };

function AboutLink({ name, value }: { name: string; value: string }) {
  const place = PLACES[name];
  if (!place) return <CopyId id={value} />;
  return (
    <Link to={`/finance/${place}/${value}`} className="font-mono text-xs hover:text-accent">
      {value}
    </Link>
  );
}

function JournalSkeleton({ journalId }: { journalId: string }) {
  const { t } = useTranslation("journals");
  return (
    <DetailSkeleton
      label={t("loading")}
      crumbs={<Crumbs to="/finance/journals" list={t("title")} id={journalId} />}
      cards={2}
    >
      <Skeleton className="h-36 w-full rounded-lg!" />
    </DetailSkeleton>
  );
}
