import { Check, Landmark, ReceiptText, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router-dom";
import { useReadDispute } from "@/shared/api/generated/disputes/disputes";
import type { DisputeFullOut, DisputeShareOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  CopyId,
  Crumbs,
  DetailSkeleton,
  Fact,
  Facts,
  LoadError,
  PageHead,
  Skeleton,
  Timeline,
  type TimelineItem,
  TwoColumns,
} from "@/shared/kit";
import { DisputeState, useDisputeWords, useLedgerWords } from "@/shared/ledger";

/** One dispute: what it moved so far, on whom it falls, and until when evidence can be given. */
export function DisputePage() {
  const { disputeId = "" } = useParams();
  const dispute = useReadDispute(disputeId);
  if (dispute.isPending) return <DisputeSkeleton disputeId={disputeId} />;
  if (dispute.isError) return <LoadError problem={dispute.error} onRetry={dispute.refetch} />;
  return <Told dispute={dispute.data} />;
}

function Told({ dispute }: { dispute: DisputeFullOut }) {
  const { t } = useTranslation("disputes");
  const { joined, money, dateTime } = useFormat();
  const { reason } = useDisputeWords();
  return (
    <TwoColumns
      aside={
        <>
          <Amounts dispute={dispute} />
          {dispute.shares.map((share) => (
            <Share key={share.seller_order_id} share={share} />
          ))}
          <About dispute={dispute} />
        </>
      }
    >
      <PageHead
        title={t("dispute_of", { amount: money(dispute.amount) })}
        chip={<DisputeState state={dispute.state} />}
        lead={joined([reason(dispute.reason), dispute.tenant.name, dateTime(dispute.opened_at)])}
        crumbs={<Crumbs to="/finance/disputes" list={t("title")} id={dispute.id} />}
        actions={
          dispute.order_id && (
            <Button asChild>
              <Link to={`/finance/trails/${dispute.order_id}`}>{t("to_trail")}</Link>
            </Button>
          )
        }
      />
      <h2 className="sr-only">{t("history")}</h2>
      <Timeline exact items={useItems(dispute)} />
    </TwoColumns>
  );
}

/** What the dispute moved, and what is still to come. */
function useItems(dispute: DisputeFullOut): TimelineItem[] {
  const { t } = useTranslation("disputes");
  const { journal } = useLedgerWords();
  const { amount } = useFormat();
  const marks: Record<string, Pick<TimelineItem, "icon" | "tone">> = {
    dispute_opened: { icon: <Landmark />, tone: "warning" },
    dispute_won: { icon: <Check />, tone: "positive" },
    dispute_lost: { icon: <TriangleAlert />, tone: "negative" },
  };
  const moved = dispute.journals.map((one) => ({
    id: one.id,
    title: journal(one.kind),
    detail: t(`did_${one.kind}`, { defaultValue: "" }),
    at: one.recorded_at,
    ...(marks[one.kind] ?? { icon: <ReceiptText /> }),
    children: (
      <Link to={`/finance/journals/${one.id}`} className="text-sm hover:text-accent">
        {t("journal_of", { amount: amount(one.total) })}
      </Link>
    ),
  }));
  if (dispute.journals.length === 0)
    moved.push({
      id: "asked",
      title: t("asked"),
      detail: t("asked_text"),
      at: dispute.opened_at,
      icon: <Landmark />,
      children: <></>,
    });
  if (dispute.state !== "open") return moved;
  const due = {
    id: "due",
    title: t("answer_until"),
    detail: t("answer_text"),
    due: true,
    icon: <ReceiptText />,
  };
  return [...moved, dispute.answer_by ? { ...due, at: dispute.answer_by } : due];
}

function Amounts({ dispute }: { dispute: DisputeFullOut }) {
  const { t } = useTranslation("disputes");
  const { money } = useFormat();
  return (
    <Card>
      <Facts className="-my-2">
        <Fact name={t("asked_for")}>{money(dispute.amount)}</Fact>
        <Fact name={t("taken")}>{money(dispute.taken)}</Fact>
        <Fact name={t("fee")}>{money(dispute.fee)}</Fact>
        {dispute.suspended.amount > 0 && <Fact name={t("suspended")}>{money(dispute.suspended)}</Fact>}
      </Facts>
    </Card>
  );
}

function Share({ share }: { share: DisputeShareOut }) {
  const { t } = useTranslation("disputes");
  const { money } = useFormat();
  return (
    <Card title={share.seller}>
      <Facts className="-my-2">
        <Fact name={t("share")}>{money(share.amount)}</Fact>
        {share.held.amount > 0 && (
          <Fact name={share.in_escrow ? t("frozen") : t("held")}>{money(share.held)}</Fact>
        )}
        {share.commission_back.amount > 0 && (
          <Fact name={t("commission_back")}>{money(share.commission_back)}</Fact>
        )}
        {share.owed.amount > 0 && <Fact name={t("owed")}>{money(share.owed)}</Fact>}
      </Facts>
    </Card>
  );
}

function About({ dispute }: { dispute: DisputeFullOut }) {
  const { t } = useTranslation("disputes");
  const { dateTime } = useFormat();
  return (
    <Card title={t("facts")}>
      <Facts className="-my-2">
        <Fact name={t("order")}>{dispute.order_id ? <CopyId id={dispute.order_id} /> : t("nobodys")}</Fact>
        <Fact name={t("gateways_name", { gateway: dispute.gateway })}>
          <CopyId id={dispute.gateway_ref} />
        </Fact>
        {dispute.answer_by && <Fact name={t("answer_by")}>{dateTime(dispute.answer_by)}</Fact>}
        {dispute.ended_at && <Fact name={t("ended")}>{dateTime(dispute.ended_at)}</Fact>}
      </Facts>
    </Card>
  );
}

function DisputeSkeleton({ disputeId }: { disputeId: string }) {
  const { t } = useTranslation("disputes");
  return (
    <DetailSkeleton
      label={t("loading")}
      crumbs={<Crumbs to="/finance/disputes" list={t("title")} id={disputeId} />}
      cards={1}
    >
      <Skeleton className="h-24 w-full" />
    </DetailSkeleton>
  );
}
