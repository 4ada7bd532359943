import { Languages, ListOrdered, Search, Store, Webhook } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, ScrollRestoration } from "react-router-dom";
import { Guard } from "@/features/session/Guard";
import { useAccountMenu } from "@/features/session/useAccountMenu";
import type { MeOut } from "@/shared/api/generated/model";
import { Button, ConsoleShell, EmptyState } from "@/shared/kit";

/** What the administrators of one marketplace do, around its pages. */
export function Frame() {
  return <Guard area="admin">{(me) => (me.tenant ? <Console me={me} /> : <Elsewhere />)}</Guard>;
}

function Console({ me }: { me: MeOut }) {
  const { t } = useTranslation("admin");
  const { areas, entries } = useAccountMenu(me);
  return (
    <>
      <ConsoleShell
        name={me.tenant?.name ?? t("title")}
        switcher={areas}
        account={{ name: me.account?.name ?? "", role: t("role"), entries }}
        findLabel={t("find")}
        sections={[
          { to: "/admin/search/queries", label: t("searches"), icon: <Search /> },
          { to: "/admin/search/rules", label: t("rules"), icon: <ListOrdered /> },
          { to: "/admin/search/synonyms", label: t("synonyms"), icon: <Languages /> },
          { to: "/admin/webhooks", label: t("webhooks"), icon: <Webhook /> },
        ]}
      />
      <ScrollRestoration />
    </>
  );
}

function Elsewhere() {
  const { t } = useTranslation("admin");
  return (
    <main className="grid min-h-dvh place-items-center">
      <h1 className="sr-only">{t("elsewhere_title")}</h1>
      <EmptyState
        icon={<Store />}
        title={t("elsewhere_title")}
        action={
          <Button asChild>
            <Link to="/marketplaces">{t("to_marketplaces")}</Link>
          </Button>
        }
      >
        {t("elsewhere")}
      </EmptyState>
    </main>
  );
}
