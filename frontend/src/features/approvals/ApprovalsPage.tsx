import { UserCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useListApprovals } from "@/shared/api/generated/approvals/approvals";
import type { ListApprovalsParams } from "@/shared/api/generated/model";
import {
  Card,
  EmptyState,
  LoadError,
  PageHead,
  Pagination,
  SkeletonText,
  Tabs,
  useCursor,
} from "@/shared/kit";
import { useFilter } from "@/shared/useFilter";
import { ApprovalCard } from "./ApprovalCard";

const STATES = ["requested", "done", "rejected", "withdrawn", "expired"] as const;

/** What waits for a second person: what exactly will happen, who asked, until when. */
export function ApprovalsPage() {
  const { t } = useTranslation("approvals");
  const { cursor, next, onPrevious, reset } = useCursor();
  const [state, setState] = useFilter("state", reset);
  const shown = (state || "requested") as NonNullable<ListApprovalsParams["state"]>;
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <Card flush>
        <Tabs
          label={t("state")}
          value={shown}
          onChange={(value) => setState(value === "requested" ? "" : value)}
          tabs={STATES.map((value) => ({ value, label: t(`state_${value}`) }))}
        />
        <Requests state={shown} cursor={cursor} next={next} onPrevious={onPrevious} />
      </Card>
    </>
  );
}

interface RequestsProps extends Pick<ReturnType<typeof useCursor>, "cursor" | "next" | "onPrevious"> {
  state: NonNullable<ListApprovalsParams["state"]>;
}

function Requests({ state, cursor, next, onPrevious }: RequestsProps) {
  const { t } = useTranslation("approvals");
  const found = useListApprovals(
    { state, limit: 25, ...(cursor ? { cursor } : {}) },
    { query: { placeholderData: (before) => before } },
  );
  if (found.isPending)
    return (
      <div role="status" aria-label={t("loading")} className="p-5">
        <SkeletonText lines={5} />
      </div>
    );
  if (found.isError) return <LoadError problem={found.error} onRetry={found.refetch} />;
  if (found.data.data.length === 0)
    return (
      <EmptyState icon={<UserCheck />} title={t(state === "requested" ? "none_title" : "none_here_title")}>
        {state === "requested" ? t("none") : t("none_here")}
      </EmptyState>
    );
  return (
    <>
      <ul className="divide-y divide-line">
        {found.data.data.map((one) => (
          <li key={one.id}>
            <ApprovalCard one={one} />
          </li>
        ))}
      </ul>
      <div className="border-t border-line px-5 py-3">
        <Pagination
          shown={found.data.data.length}
          onPrevious={onPrevious}
          onNext={next(found.data.next_cursor)}
          busy={found.isPlaceholderData}
        />
      </div>
    </>
  );
}
