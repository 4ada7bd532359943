import { useTranslation } from "react-i18next";
import { Skeleton } from "@/shared/kit";

export function ProductSkeleton() {
  const { t } = useTranslation("kit");
  return (
    <div role="status" aria-label={t("loading")}>
      <Skeleton className="mb-4 h-4 w-48" />
      <div className="grid gap-8 lg:grid-cols-[minmax(0,1.1fr)_minmax(0,1fr)] lg:gap-14">
        <Skeleton className="aspect-square rounded-xl" />
        <div>
          <Skeleton className="h-10 w-4/5" />
          <Skeleton className="mt-4 h-7 w-32" />
          <Skeleton className="mt-8 h-10 w-64" />
          <Skeleton className="mt-8 h-[50px] w-full rounded-button" />
          <Skeleton className="mt-8 h-52 w-full rounded-lg" />
        </div>
      </div>
    </div>
  );
}
