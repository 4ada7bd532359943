import { useTranslation } from "react-i18next";
import { useParams } from "react-router-dom";
import { useShowImprint } from "@/shared/api/generated/documents/documents";
import { Card, LoadError, Notice, PageHead, SkeletonText } from "@/shared/kit";
import { ImprintForm } from "./ImprintForm";

/** Who the seller is before the law: it stands on its invoices, and returns go back there. */
export function ImprintPage() {
  const { t } = useTranslation("imprint");
  const { sellerId = "" } = useParams();
  const imprint = useShowImprint(sellerId);
  return (
    <div className="max-w-3xl">
      <PageHead title={t("title")} lead={t("lead")} />
      {imprint.data && !imprint.data.given && (
        <div className="mb-5">
          <Notice tone="warning" title={t("missing_title")}>
            {t("missing")}
          </Notice>
        </div>
      )}
      <Card>
        {imprint.data ? (
          <ImprintForm sellerId={sellerId} imprint={imprint.data} />
        ) : imprint.isError ? (
          <LoadError problem={imprint.error} onRetry={imprint.refetch} />
        ) : (
          <SkeletonText lines={8} />
        )}
      </Card>
    </div>
  );
}
