import { Store } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, Navigate } from "react-router-dom";
import { Guard } from "@/features/session/Guard";
import { Button, EmptyState } from "@/shared/kit";

/** Leads to the company one works for; the switcher inside leads to the others. */
export function Entry() {
  const { t } = useTranslation("seller");
  return (
    <Guard area="seller">
      {({ sellers: [first] }) =>
        first ? (
          <Navigate to={`/seller/${first.id}`} replace />
        ) : (
          <main className="grid min-h-dvh place-items-center">
            <EmptyState
              icon={<Store />}
              title={t("no_company_title")}
              action={
                <Button asChild>
                  <Link to="/">{t("to_shops")}</Link>
                </Button>
              }
            >
              {t("no_company")}
            </EmptyState>
          </main>
        )
      }
    </Guard>
  );
}
