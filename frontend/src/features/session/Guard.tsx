import { Lock } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useLocation } from "react-router-dom";
import type { ReactNode } from "react";
import type { MeOut } from "@/shared/api/generated/model";
import { Button, EmptyState, LoadError, Spinner } from "@/shared/kit";
import { homeOf, mayEnter, useSession, type Area } from "./useSession";

/** Lets those in who may enter the area; asks the others to sign in, and brings them back. */
export function Guard({ area, children }: { area: Area; children: (me: MeOut) => ReactNode }) {
  const { t } = useTranslation("session");
  const { pathname, search } = useLocation();
  const session = useSession();
  if (session.isPending)
    return (
      <Centre>
        <span role="status" aria-label={t("opening")}>
          <Spinner className="size-6 text-muted" />
        </span>
      </Centre>
    );
  if (session.isError)
    return (
      <Centre>
        <LoadError problem={session.error} onRetry={session.refetch} />
      </Centre>
    );
  if (!session.data.account)
    return <Navigate to={`/signin?next=${encodeURIComponent(pathname + search)}`} replace />;
  if (!mayEnter(session.data, area)) return <Closed me={session.data} />;
  return children(session.data);
}

function Closed({ me }: { me: MeOut }) {
  const { t } = useTranslation("session");
  const { pathname } = useLocation();
  return (
    <Centre>
      <h1 className="sr-only">{t("closed_title")}</h1>
      <EmptyState
        icon={<Lock />}
        title={t("closed_title")}
        action={
          <div className="flex flex-wrap justify-center gap-2">
            <Button asChild>
              <Link to={homeOf(me)}>{t("closed_home")}</Link>
            </Button>
            <Button asChild tone="primary">
              <Link to={`/signin?next=${encodeURIComponent(pathname)}`}>{t("closed_other")}</Link>
            </Button>
          </div>
        }
      >
        {t("closed", { name: me.account?.name })}
      </EmptyState>
    </Centre>
  );
}

function Centre({ children }: { children: ReactNode }) {
  return <main className="grid min-h-dvh place-items-center">{children}</main>;
}
