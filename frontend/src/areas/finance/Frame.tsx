import {
  ArrowLeftRight,
  BookOpen,
  Banknote,
  CalendarClock,
  CreditCard,
  HandCoins,
  Inbox,
  Landmark,
  LayoutDashboard,
  ReceiptText,
  Scale,
  Send,
  ShieldCheck,
  UserCheck,
  Wallet,
  Waypoints,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ScrollRestoration, useNavigate } from "react-router-dom";
import { Guard } from "@/features/session/Guard";
import { useAccountMenu } from "@/features/session/useAccountMenu";
import { useListTrails } from "@/shared/api/generated/finance/finance";
import type { MeOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { ConsoleShell, type CommandGroup } from "@/shared/kit";
import { useLate } from "@/shared/useLate";

/** The finance console around its pages. */
export function Frame() {
  return <Guard area="finance">{(me) => <Console me={me} />}</Guard>;
}

function Console({ me }: { me: MeOut }) {
  const { t } = useTranslation("finance");
  const { areas, entries } = useAccountMenu(me);
  const [text, setText] = useState("");
  const { commands, searching } = useFoundTrails(text);
  return (
    <>
      <ConsoleShell
        name={t("title")}
        switcher={areas}
        account={{ name: me.account?.name ?? "", role: t("role"), entries }}
        findLabel={t("find")}
        commands={commands}
        onSearch={setText}
        searching={searching}
        sections={[
          { to: "/finance", label: t("overview"), icon: <LayoutDashboard />, end: true },
          { to: "/finance/trails", label: t("trails"), icon: <Waypoints /> },
          { to: "/finance/payments", label: t("payments"), icon: <CreditCard /> },
          { to: "/finance/journals", label: t("journals"), icon: <ReceiptText /> },
          { to: "/finance/trial-balance", label: t("trial_balance"), icon: <Scale /> },
          { to: "/finance/accounts", label: t("accounts"), icon: <BookOpen /> },
          { to: "/finance/payouts", label: t("payouts"), icon: <Banknote /> },
          { to: "/finance/fx", label: t("fx"), icon: <ArrowLeftRight /> },
          { to: "/finance/disputes", label: t("disputes"), icon: <Landmark /> },
          { to: "/finance/credit", label: t("goodwill"), icon: <Wallet /> },
          { to: "/finance/invoice-terms", label: t("invoice_terms"), icon: <CalendarClock /> },
          { to: "/finance/receipts", label: t("receipts"), icon: <HandCoins /> },
          { to: "/finance/transfers", label: t("transfers"), icon: <Send /> },
          { to: "/finance/suspense", label: t("suspense"), icon: <Inbox /> },
          { to: "/finance/approvals", label: t("approvals"), icon: <UserCheck /> },
          { to: "/finance/seals", label: t("seals"), icon: <ShieldCheck /> },
        ]}
      />
      <ScrollRestoration />
    </>
  );
}

/** Orders whose id, buyer or total is what was typed into ⌘K. */
function useFoundTrails(text: string): { commands: CommandGroup[]; searching: boolean } {
  const { t } = useTranslation("finance");
  const { money } = useFormat();
  const navigate = useNavigate();
  const asked = useLate(text.trim());
  const found = useListTrails({ q: asked, limit: 6 }, { query: { enabled: asked.length >= 2 } });
  const rows = asked ? (found.data?.data ?? []) : [];
  if (rows.length === 0) return { commands: [], searching: found.isFetching };
  const items = rows.map((row) => ({
    id: row.order_id,
    label: `${row.order_id} · ${row.buyer}`,
    hint: money(row.total),
    icon: <Waypoints />,
    onSelect: () => navigate(`/finance/trails/${row.order_id}`),
  }));
  return { commands: [{ heading: t("trails"), items, found: true }], searching: found.isFetching };
}
