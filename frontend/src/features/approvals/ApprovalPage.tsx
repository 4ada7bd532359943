import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router-dom";
import { useReadApproval } from "@/shared/api/generated/approvals/approvals";
import { Card, CopyId, LoadError, PageHead, SkeletonText } from "@/shared/kit";
import { ApprovalCard } from "./ApprovalCard";

/** One request, at an address that can be sent to the second person. */
export function ApprovalPage() {
  const { t } = useTranslation("approvals");
  const { approvalId = "" } = useParams();
  const found = useReadApproval(approvalId);
  return (
    <>
      <PageHead
        title={t("one_title")}
        lead={t("lead")}
        crumbs={
          <>
            <Link to="/finance/approvals" className="text-muted hover:text-text max-sm:hidden">
              {t("title")}
            </Link>
            <span aria-hidden className="text-muted max-sm:hidden">
              /
            </span>
            <CopyId id={approvalId} />
          </>
        }
      />
      <Card flush>
        {found.isPending ? (
          <div role="status" aria-label={t("loading")} className="p-5">
            <SkeletonText lines={5} />
          </div>
        ) : found.isError ? (
          <LoadError problem={found.error} onRetry={found.refetch} />
        ) : (
          <ApprovalCard one={found.data} />
        )}
      </Card>
    </>
  );
}
