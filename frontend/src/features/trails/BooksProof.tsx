import { BookOpen, ShieldCheck, ShieldX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { useVerifyBooks } from "@/shared/api/generated/finance/finance";
import type { TrailOut, VerdictOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, Chip, Notice } from "@/shared/kit";

/** Says that the order's books balance, and lets anybody check all of them now. */
export function BooksProof({ trail }: { trail: TrailOut }) {
  const { t } = useTranslation("trails");
  const verify = useVerifyBooks();
  const Icon = trail.balanced ? ShieldCheck : ShieldX;
  return (
    <Card>
      <div className="flex flex-wrap items-center gap-2.5">
        <Icon aria-hidden className={trail.balanced ? "size-5 text-positive" : "size-5 text-negative"} />
        <h2 className="grow font-semibold">{trail.balanced ? t("balanced") : t("unbalanced")}</h2>
        <Verdict verdict={verify.data} balanced={trail.balanced} />
      </div>
      <p className="mt-1.5 text-sm text-muted">{t("proof", { count: trail.postings })}</p>
      {verify.isError && (
        <div className="mt-3">
          <Notice tone="negative" title={verify.error.detail || verify.error.message} />
        </div>
      )}
      {verify.data && !verify.data.clean && <Findings verdict={verify.data} />}
      <div className="mt-3 flex flex-wrap gap-2.5">
        <Button
          size="sm"
          busy={verify.isPending}
          onClick={() => verify.mutate({ params: { tenant: trail.tenant.slug } })}
        >
          <ShieldCheck />
          {t("verify")}
        </Button>
        <Button size="sm" asChild>
          <Link to={`/finance/trial-balance?marketplace=${trail.tenant.slug}&currency=${trail.currency}`}>
            <BookOpen aria-hidden />
            {t("to_books")}
          </Link>
        </Button>
      </div>
    </Card>
  );
}

function Verdict({ verdict, balanced }: { verdict: VerdictOut | undefined; balanced: boolean }) {
  const { t } = useTranslation("trails");
  const { relative, number } = useFormat();
  return (
    <span role="status">
      {verdict ? (
        <Chip tone={verdict.clean ? "positive" : "negative"}>
          {verdict.clean
            ? t("verified", { when: relative(verdict.at), ms: number(verdict.took_ms) })
            : t("not_clean")}
        </Chip>
      ) : (
        balanced && <Chip tone="positive">{t("adds_up")}</Chip>
      )}
    </span>
  );
}

function Findings({ verdict }: { verdict: VerdictOut }) {
  return (
    <ul className="mt-3 grid gap-1 text-sm text-negative">
      {verdict.checks
        .filter((check) => check.count > 0)
        .map((check) => (
          <li key={check.number}>
            {check.name}: {check.count}
          </li>
        ))}
    </ul>
  );
}
