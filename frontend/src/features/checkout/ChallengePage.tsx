import { Landmark } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams, useSearchParams } from "react-router-dom";
import { toProblem } from "@/shared/api";
import { useAnswerChallenge } from "@/shared/api/generated/sandbox-gateway/sandbox-gateway";
import { Button, Notice } from "@/shared/kit";

/** What the buyer's bank would show: it asks whether this is really them. Plain on purpose: it is not part of the shop. */
export function ChallengePage() {
  const { t } = useTranslation("checkout");
  const { ref = "" } = useParams();
  const [address] = useSearchParams();
  const navigate = useNavigate();
  const answer = useAnswerChallenge();
  const back = address.get("back") ?? "/";
  function say(approve: boolean) {
    answer.mutate(
      { ref, data: { approve } },
      { onSuccess: () => navigate(/^\/(?!\/)/.test(back) ? back : "/", { replace: true }) },
    );
  }
  return (
    <main className="grid min-h-dvh place-items-center bg-info-soft p-4 font-sans">
      <div className="w-full max-w-sm rounded-lg border bg-surface p-7 text-center shadow-float">
        <span
          aria-hidden
          className="mx-auto inline-flex size-14 items-center justify-center rounded-full bg-info-soft text-info"
        >
          <Landmark className="size-7" />
        </span>
        <h1 className="mt-4 text-lg font-bold">{t("bank_title")}</h1>
        <p className="mt-1.5 text-base text-muted">{t("bank_text")}</p>
        <p className="mt-4 rounded-md bg-sunken px-3 py-2 font-mono text-xs break-all text-muted">{ref}</p>
        {answer.isError && (
          <div className="mt-4 text-start">
            <Notice tone="negative" title={t("bank_failed")}>
              {toProblem(answer.error).detail || t("unheard")}
            </Notice>
          </div>
        )}
        <div className="mt-6 grid grid-cols-2 gap-3">
          <Button size="lg" disabled={answer.isPending} onClick={() => say(false)}>
            {t("bank_refuse")}
          </Button>
          <Button tone="primary" size="lg" busy={answer.isPending} onClick={() => say(true)}>
            {t("bank_approve")}
          </Button>
        </div>
        <p className="mt-5 text-xs text-muted">{t("bank_note")}</p>
      </div>
    </main>
  );
}
