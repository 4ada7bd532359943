import { Landmark, LogOut, Server, ShoppingBag, SlidersHorizontal, Store } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router-dom";
import type { MeOut } from "@/shared/api/generated/model";
import type { MenuEntry } from "@/shared/kit";
import { mayEnter, useSignOutHere } from "./useSession";

/** The areas one may enter, and the way out. */
export function useAccountMenu(me: MeOut): { areas: MenuEntry[]; entries: MenuEntry[] } {
  const { t } = useTranslation("session");
  const navigate = useNavigate();
  const { signOut, leaving } = useSignOutHere();
  const areas: MenuEntry[] = [
    { kind: "heading", label: t("areas") },
    ...(mayEnter(me, "seller")
      ? [{ label: t("area_seller"), icon: <Store />, onSelect: () => navigate("/seller") }]
      : []),
    ...(mayEnter(me, "finance")
      ? [{ label: t("area_finance"), icon: <Landmark />, onSelect: () => navigate("/finance") }]
      : []),
    ...(me.tenant && mayEnter(me, "admin")
      ? [{ label: t("area_admin"), icon: <SlidersHorizontal />, onSelect: () => navigate("/admin") }]
      : []),
    ...(mayEnter(me, "platform")
      ? [{ label: t("area_platform"), icon: <Server />, onSelect: () => navigate("/platform/engines") }]
      : []),
    { label: t("area_shops"), icon: <ShoppingBag />, onSelect: () => navigate("/") },
  ];
  return {
    areas,
    entries: [
      ...areas,
      { kind: "line" },
      { label: t("sign_out"), icon: <LogOut />, onSelect: signOut, disabled: leaving },
    ],
  };
}
