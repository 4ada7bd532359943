import { useQueryClient } from "@tanstack/react-query";
import { useLocation, useNavigate } from "react-router-dom";
import type { MeOut } from "@/shared/api/generated/model";
import { getMeQueryKey, useMe, useSignOut } from "@/shared/api/generated/identity/identity";

export type Area = "seller" | "finance" | "admin" | "platform";

const ROLES: Record<Area, string> = {
  seller: "seller",
  finance: "finance",
  admin: "marketplace_admin",
  platform: "super_admin",
};

/** Whether this person may open an area. */
export function mayEnter(me: MeOut, area: Area): boolean {
  if (me.roles.includes(ROLES[area])) return true;
  return area === "seller" ? me.sellers.length > 0 : me.roles.includes("super_admin");
}

/** The page this person most likely came for. */
export function homeOf(me: MeOut): string {
  if (mayEnter(me, "seller")) return "/seller";
  if (mayEnter(me, "finance")) return "/finance";
  return mayEnter(me, "admin") ? "/admin" : "/";
}

/** Who is here, asked once and kept. */
export function useSession() {
  return useMe({ query: { staleTime: 60_000 } });
}

/** The page asked for before signing in, if it is one of ours. */
export function useNext(): string | undefined {
  const next = new URLSearchParams(useLocation().search).get("next");
  return next?.startsWith("/") && !/^\/[/\\]/.test(next) ? next : undefined;
}

/** Takes in who signed in, forgets what another person saw, and goes where they wanted to. */
export function useWelcome() {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const next = useNext();
  return (me: MeOut) => {
    cache.removeQueries();
    cache.setQueryData(getMeQueryKey(), me);
    navigate(next ?? homeOf(me), { replace: true });
  };
}

/** Ends the session and leaves nothing of it in memory. */
export function useSignOutHere() {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const leaving = useSignOut({
    mutation: {
      onSuccess: () => {
        navigate("/signin", { replace: true });
        cache.clear();
      },
    },
  });
  return { signOut: () => leaving.mutate(), leaving: leaving.isPending };
}
