import { LayoutDashboard, Package, Stamp, Tag, Undo2, Wallet, Webhook } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ScrollRestoration, useNavigate, useParams } from "react-router-dom";
import { Guard } from "@/features/session/Guard";
import { useAccountMenu } from "@/features/session/useAccountMenu";
import type { MeOut } from "@/shared/api/generated/model";
import { useListSellerOrders, useShowHome } from "@/shared/api/generated/seller-portal/seller-portal";
import { useFormat } from "@/shared/format";
import { ConsoleShell, type CommandGroup, type ConsoleSection, type MenuEntry } from "@/shared/kit";
import { useLate } from "@/shared/useLate";

/** The portal of one seller around its pages. */
export function Frame() {
  const { sellerId = "" } = useParams();
  return <Guard area="seller">{(me) => <Portal key={sellerId} me={me} sellerId={sellerId} />}</Guard>;
}

function Portal({ me, sellerId }: { me: MeOut; sellerId: string }) {
  const { t } = useTranslation("seller");
  const navigate = useNavigate();
  const { areas, entries } = useAccountMenu(me);
  const [text, setText] = useState("");
  const { commands, searching } = useFoundOrders(sellerId, text);
  const name = me.sellers.find(({ id }) => id === sellerId)?.name ?? t("title");
  const companies: MenuEntry[] = [
    { kind: "heading", label: t("companies") },
    ...me.sellers.map((seller) => ({
      label: seller.name,
      checked: seller.id === sellerId,
      onSelect: () => navigate(`/seller/${seller.id}`),
    })),
    { kind: "line" },
  ];
  return (
    <>
      <ConsoleShell
        name={name}
        switcher={[...companies, ...areas]}
        account={{ name: me.account?.name ?? "", role: name, entries }}
        findLabel={t("find")}
        commands={commands}
        onSearch={setText}
        searching={searching}
        sections={useSections(sellerId)}
      />
      <ScrollRestoration />
    </>
  );
}

function useSections(sellerId: string): ConsoleSection[] {
  const { t } = useTranslation("seller");
  const home = useShowHome(sellerId).data;
  const at = `/seller/${sellerId}`;
  return [
    { to: at, label: t("home"), icon: <LayoutDashboard />, end: true },
    {
      to: `${at}/orders`,
      label: t("orders"),
      icon: <Package />,
      badge: home && { count: home.to_ship, tone: home.late > 0 ? "negative" : "warning" },
    },
    {
      to: `${at}/returns`,
      label: t("returns"),
      icon: <Undo2 />,
      badge: home && { count: home.returns_open, tone: "negative" },
    },
    {
      to: `${at}/products`,
      label: t("products"),
      icon: <Tag />,
      badge: home && { count: home.low_stock, tone: "warning" },
    },
    { to: `${at}/money`, label: t("money"), icon: <Wallet /> },
    { to: `${at}/imprint`, label: t("imprint"), icon: <Stamp /> },
    { to: `${at}/webhooks`, label: t("webhooks"), icon: <Webhook /> },
  ];
}

/** Orders whose id or goods are what was typed into ⌘K. */
function useFoundOrders(sellerId: string, text: string): { commands: CommandGroup[]; searching: boolean } {
  const { t } = useTranslation("seller");
  const { money } = useFormat();
  const navigate = useNavigate();
  const asked = useLate(text.trim());
  const found = useListSellerOrders(
    sellerId,
    { state: "all", q: asked, limit: 6 },
    { query: { enabled: asked.length >= 2 } },
  );
  const rows = asked ? (found.data?.data ?? []) : [];
  if (rows.length === 0) return { commands: [], searching: found.isFetching };
  const items = rows.map((row) => ({
    id: row.id,
    label: `${row.order_id} · ${row.lines[0]?.title ?? ""}`,
    hint: money(row.your_part),
    icon: <Package />,
    onSelect: () => navigate(`/seller/${sellerId}/orders/${row.id}`),
  }));
  return { commands: [{ heading: t("orders"), items, found: true }], searching: found.isFetching };
}
