import { Download, Hourglass, ShieldCheck, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import type { JournalFullOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, Chip, CopyId, Fact, Facts } from "@/shared/kit";

const TONES = { anchored: "positive", waiting: "neutral", away: "warning" } as const;

/** The block that seals the journal, and its proof to take away; or that it waits for its block. */
export function SealCard({ journal }: { journal: JournalFullOut }) {
  const { t } = useTranslation("journals");
  const { instant, number } = useFormat();
  const { block } = journal;
  if (!block)
    return (
      <Card>
        <h2 className="flex items-center gap-2.5 font-semibold">
          <Hourglass aria-hidden className="size-5 text-muted" />
          {t("waits_title")}
        </h2>
        <p className="mt-1.5 text-sm text-muted">{t("waits_text")}</p>
      </Card>
    );
  const Icon = block.anchored === "away" ? TriangleAlert : ShieldCheck;
  return (
    <Card>
      <div className="flex flex-wrap items-center gap-2.5">
        <Icon
          aria-hidden
          className={block.anchored === "away" ? "size-5 text-warning" : "size-5 text-positive"}
        />
        <h2 className="grow font-semibold">{t("block", { n: number(block.n) })}</h2>
        <Chip tone={TONES[block.anchored]}>{t(`anchor_${block.anchored}`)}</Chip>
      </div>
      <Facts className="mt-1">
        <Fact name={t("sealed_at")}>{instant(block.sealed_at)}</Fact>
        <Fact name={t("hash")}>
          <CopyId id={block.hash} className="max-w-48!" />
        </Fact>
        <Fact name={t("signed_with")}>
          <CopyId id={block.key_id} />
        </Fact>
      </Facts>
      <p className="mt-1.5 text-sm text-muted">{t("proof_hint")}</p>
      <div className="mt-3 flex flex-wrap gap-2.5">
        <Button size="sm" asChild>
          <a href={`/api/v1/finance/journals/${journal.id}/proof`} download>
            <Download aria-hidden />
            {t("proof")}
          </a>
        </Button>
        <Button size="sm" tone="quiet" asChild>
          <Link to="/finance/seals">{t("to_seals")}</Link>
        </Button>
      </div>
    </Card>
  );
}
