import { Anchor, ShieldCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useListSeals } from "@/shared/api/generated/finance/finance";
import type { BlockOut, SealsOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Card,
  Chip,
  CopyId,
  EmptyState,
  Fact,
  Facts,
  Notice,
  PagedTable,
  PageHead,
  Stat,
  Stats,
  TwoColumns,
  useCursor,
  type Column,
} from "@/shared/kit";
import { Chain } from "./Chain";
import { ProofCheck } from "./ProofCheck";
import { useAge } from "./useAge";
import { VerifyCard } from "./VerifyCard";

const EVERY = 2000;

/** How far the ledger is sealed, block by block, and whether all of it still holds. */
export function SealsPage() {
  const { t } = useTranslation("seals");
  const { cursor, next, onPrevious } = useCursor();
  // On the first page it is watched: sealing goes on about once a second.
  const seals = useListSeals(
    { limit: 15, ...(cursor ? { cursor } : {}) },
    { query: { placeholderData: (before) => before, refetchInterval: cursor ? false : EVERY } },
  );
  const columns = useColumns();
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} chip={seals.data && <Standing seals={seals.data} />} />
      {seals.data?.late && (
        <div className="mb-4">
          <Notice tone="warning" title={t("late_title")}>
            {seals.data.is_anchored ? t("late_text") : t("not_anchored_text")}
          </Notice>
        </div>
      )}
      {!seals.isError && <Figures seals={seals.data} heard={seals.dataUpdatedAt} />}
      <div className="mt-6">
        <TwoColumns
          aside={
            <>
              {seals.data && <Where seals={seals.data} />}
              <ProofCheck />
            </>
          }
        >
          {seals.data && seals.data.data.length > 0 && !cursor && <Chain blocks={seals.data.data} />}
          <Card flush title={t("blocks")}>
            <PagedTable
              pages={seals}
              next={next}
              onPrevious={onPrevious}
              dense
              label={t("blocks")}
              columns={columns}
              rowKey={(block) => String(block.n)}
              empty={
                <EmptyState icon={<ShieldCheck />} title={t("none_title")}>
                  {t("none")}
                </EmptyState>
              }
            />
          </Card>
          <div className="mt-4">
            <VerifyCard />
          </div>
        </TwoColumns>
      </div>
    </>
  );
}

function Standing({ seals }: { seals: SealsOut }) {
  const { t } = useTranslation("seals");
  if (!seals.last) return <Chip>{t("nothing")}</Chip>;
  return seals.late ? (
    <Chip tone="warning">{t("late")}</Chip>
  ) : (
    <Chip tone="positive" icon={<ShieldCheck />}>
      {t("in_time")}
    </Chip>
  );
}

function Figures({ seals, heard }: { seals: SealsOut | undefined; heard: number }) {
  const { t } = useTranslation("seals");
  const { number } = useFormat();
  const age = useAge(seals?.last?.sealed_at, seals?.now, heard);
  const loading = seals === undefined;
  return (
    <Stats>
      <Stat
        name={t("last_block")}
        value={seals?.last ? number(seals.last.n) : "–"}
        note={age && t("sealed_ago", { age })}
        loading={loading}
      />
      <Stat
        name={t("journals")}
        value={number(seals?.last?.total ?? 0)}
        note={t("journals_note")}
        loading={loading}
      />
      <Stat
        name={t("waiting")}
        value={seals?.waiting_seconds ? t("seconds", { count: seals.waiting_seconds }) : t("nothing_waits")}
        note={t("waiting_note")}
        tone={seals?.late ? "warning" : "neutral"}
        loading={loading}
      />
      <Stat
        name={t("anchored")}
        value={seals?.is_anchored ? t("yes") : t("no")}
        note={t("anchored_note")}
        tone={seals && !seals.is_anchored ? "negative" : "neutral"}
        loading={loading}
      />
    </Stats>
  );
}

function Where({ seals }: { seals: SealsOut }) {
  const { t } = useTranslation("seals");
  return (
    <Card title={t("where")}>
      <Facts className="-my-2">
        <Fact name={t("key")}>{seals.last ? <CopyId id={seals.last.key_id} /> : "–"}</Fact>
        {seals.signing_key_id !== (seals.last?.key_id ?? "") && (
          <Fact name={t("signs_next")}>
            {seals.signing_key_id ? <CopyId id={seals.signing_key_id} /> : t("elsewhere")}
          </Fact>
        )}
        <div className="py-2">
          <dt className="text-muted">{t("anchors")}</dt>
          <dd className="mt-0.5">
            <code dir="ltr" className="font-mono text-xs break-all">
              {seals.anchors}
            </code>
          </dd>
        </div>
      </Facts>
    </Card>
  );
}

function useColumns(): Column<BlockOut>[] {
  const { t } = useTranslation("seals");
  const { number, instant, money } = useFormat();
  return [
    {
      id: "n",
      header: t("block"),
      cell: (block) => (
        <span className="inline-flex items-center gap-1.5">
          <b className="figures">{number(block.n)}</b>
          {block.anchored && (
            <Anchor role="img" aria-label={t("anchored")} className="size-3.5 text-positive" />
          )}
        </span>
      ),
    },
    {
      id: "at",
      header: t("sealed_at"),
      cell: (block) => (
        <span className="figures whitespace-nowrap text-muted">{instant(block.sealed_at)}</span>
      ),
    },
    {
      id: "hash",
      header: t("hash"),
      from: "sm",
      cell: (block) => <CopyId id={block.hash} className="max-w-28!" />,
    },
    {
      id: "journals",
      header: t("journals"),
      align: "end",
      cell: (block) => (
        <>
          {number(block.journals)}
          {block.sums.map((sum) => (
            <span key={sum.currency} className="block text-sm text-muted">
              {money(sum)}
            </span>
          ))}
        </>
      ),
    },
  ];
}
