import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { isRouteErrorResponse, useRouteError } from "react-router-dom";
import { Button, EmptyState } from "@/shared/kit";
import { NotFound } from "./NotFound";

/** What stands in place of a page that could not be drawn or whose code could not be loaded. */
export function PageCrash() {
  const { t } = useTranslation("kit");
  const error = useRouteError();
  if (isRouteErrorResponse(error) && error.status === 404) return <NotFound />;
  return (
    <main role="alert" className="grid min-h-dvh place-items-center">
      <EmptyState
        icon={<TriangleAlert />}
        title={t("crash_title")}
        action={
          <Button tone="primary" onClick={() => window.location.reload()}>
            {t("crash_action")}
          </Button>
        }
      >
        {t("crash_detail")}
        {import.meta.env.DEV && error instanceof Error && (
          <code className="mt-3 block text-xs text-negative">{error.message}</code>
        )}
      </EmptyState>
    </main>
  );
}
