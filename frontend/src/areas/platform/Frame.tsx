import { Server } from "lucide-react";
import { useTranslation } from "react-i18next";
import { ScrollRestoration } from "react-router-dom";
import { Guard } from "@/features/session/Guard";
import { useAccountMenu } from "@/features/session/useAccountMenu";
import type { MeOut } from "@/shared/api/generated/model";
import { ConsoleShell } from "@/shared/kit";

/** What those do who run the installation, around its pages. */
export function Frame() {
  return <Guard area="platform">{(me) => <Console me={me} />}</Guard>;
}

function Console({ me }: { me: MeOut }) {
  const { t } = useTranslation("platform");
  const { areas, entries } = useAccountMenu(me);
  return (
    <>
      <ConsoleShell
        name={t("title")}
        switcher={areas}
        account={{ name: me.account?.name ?? "", role: t("role"), entries }}
        findLabel={t("find")}
        sections={[{ to: "/platform/engines", label: t("engines"), icon: <Server /> }]}
      />
      <ScrollRestoration />
    </>
  );
}
