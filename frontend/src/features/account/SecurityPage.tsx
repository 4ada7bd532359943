import { useQueryClient } from "@tanstack/react-query";
import { Monitor, Smartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import { toProblem } from "@/shared/api";
import {
  getListSessionsQueryKey,
  useCloseSession,
  useListSessions,
  useSignOut,
} from "@/shared/api/generated/identity/identity";
import type { SessionOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, Chip, Confirm, LoadError, Skeleton, toast } from "@/shared/kit";
import { describe } from "./describe";

/** Every browser that is signed in, each with a way to sign it out. */
export function SecurityPage() {
  const { t } = useTranslation("account");
  const sessions = useListSessions();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [closing, setClosing] = useState<SessionOut>();
  const close = useCloseSession();
  const signOut = useSignOut();
  function failed(error: unknown) {
    toast({ tone: "negative", title: t("not_done"), detail: toProblem(error).detail || t("try_again") });
  }
  function leave() {
    signOut.mutate(undefined, {
      onSuccess: () => {
        client.clear();
        navigate("/");
      },
      onError: failed,
    });
  }
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
        <h1 className="heading text-2xl">{t("security")}</h1>
        <Button busy={signOut.isPending} onClick={leave}>
          {t("sign_out")}
        </Button>
      </div>
      <Card title={t("sessions")} flush>
        <p className="px-5 pb-3 text-base text-muted">{t("sessions_lead")}</p>
        {sessions.isPending && <Skeleton className="m-5 h-24" />}
        {sessions.isError && <LoadError problem={sessions.error} onRetry={sessions.refetch} />}
        <ul className="divide-y divide-line border-t border-line">
          {sessions.data?.data.map((session) => (
            <Session key={session.id} session={session} onClose={() => setClosing(session)} />
          ))}
        </ul>
      </Card>
      <Confirm
        open={closing !== undefined}
        onClose={() => setClosing(undefined)}
        title={t("close_title", { name: closing ? describe(closing.user_agent).name || t("unknown") : "" })}
        action={t("close_action")}
        danger
        busy={close.isPending}
        onConfirm={() => {
          if (!closing) return;
          close.mutate(
            { sessionId: closing.id },
            {
              onSuccess: () => void client.invalidateQueries({ queryKey: getListSessionsQueryKey() }),
              onError: failed,
              onSettled: () => setClosing(undefined),
            },
          );
        }}
      >
        {t("close_detail")}
      </Confirm>
    </>
  );
}

function Session({ session, onClose }: { session: SessionOut; onClose: () => void }) {
  const { t } = useTranslation("account");
  const { relative, dateTime } = useFormat();
  const { name, handheld } = describe(session.user_agent);
  const Icon = handheld ? Smartphone : Monitor;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-5 py-4 text-base">
      <Icon aria-hidden className="size-5 shrink-0 text-muted" />
      <span className="min-w-0 grow basis-52">
        <span className="font-semibold">{name || t("unknown")}</span>
        <span className="block text-sm text-muted">
          {t("used", { when: relative(session.last_seen_at) })} ·{" "}
          {t("since", { at: dateTime(session.created_at) })}
        </span>
      </span>
      {session.current ? (
        <Chip tone="positive">{t("this_one")}</Chip>
      ) : (
        <Button size="sm" onClick={onClose}>
          {t("close_action")}
        </Button>
      )}
    </li>
  );
}
