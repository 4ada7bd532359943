import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { Button, EmptyState } from "@/shared/kit";

export function NotFound() {
  const { t } = useTranslation("kit");
  return (
    <main className="grid min-h-dvh place-items-center">
      <EmptyState
        icon={<SearchX />}
        title={t("not_found_title")}
        action={
          <Button asChild tone="primary">
            <Link to="/">{t("not_found_action")}</Link>
          </Button>
        }
      >
        {t("not_found_detail")}
      </EmptyState>
    </main>
  );
}
