import { useEffect, useMemo, type ReactNode } from "react";
import { Navigate } from "react-router-dom";
import { useReadStorefront } from "@/shared/api/generated/storefront/storefront";
import { LoadError } from "@/shared/kit";
import { faceOf, useFace } from "@/shared/theme";

/** The marketplace of this address, whose face the page wears; `crash` stands in its place when there is none. */
export function useStore() {
  const store = useReadStorefront(undefined, { query: { staleTime: 5 * 60_000 } });
  const face = useMemo(() => store.data && faceOf(store.data.theme), [store.data]);
  useFace(face);
  useEffect(() => {
    if (store.data) document.title = store.data.name;
  }, [store.data]);
  return { store: store.data, crash: store.isError && !store.data && crashOf(store.error, store.refetch) };
}

function crashOf(error: { code: string }, retry: () => unknown): ReactNode {
  if (error.code === "tenants.unknown_host") return <Navigate to="/marketplaces" replace />;
  return (
    <main className="grid min-h-dvh place-items-center">
      <LoadError problem={error} onRetry={retry} />
    </main>
  );
}
