import { Undo2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router-dom";
import type { ListReturnsParams, SellerReturnOut } from "@/shared/api/generated/model";
import { useListReturns } from "@/shared/api/generated/returns/returns";
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
import { DecisionDialog, type Decision } from "./DecisionDialog";
import { ReturnCard } from "./ReturnCard";

const STATES = ["requested", "approved", "refunded", "declined", "refund_failed"] as const;

/** What buyers want to send back, and the seller's answer to it. */
export function ReturnsPage() {
  const { t } = useTranslation("sellerReturns");
  const { sellerId = "" } = useParams();
  const { cursor, next, onPrevious, reset } = useCursor();
  const [state, setState] = useFilter("state", reset);
  const [deciding, setDeciding] = useState<{ of: SellerReturnOut; decision: Decision }>();
  const returns = useListReturns(
    sellerId,
    {
      limit: 20,
      ...(state ? { state: state as NonNullable<ListReturnsParams["state"]> } : {}),
      ...(cursor ? { cursor } : {}),
    },
    { query: { placeholderData: (before) => before } },
  );
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <Card flush>
        <Tabs
          label={t("state")}
          value={state || "all"}
          onChange={(value) => setState(value === "all" ? "" : value)}
          tabs={[
            { value: "all", label: t("all") },
            ...STATES.map((value) => ({ value, label: t(`state_${value}`) })),
          ]}
        />
        {returns.isPending && (
          <div className="p-5">
            <SkeletonText lines={8} />
          </div>
        )}
        {returns.isError && <LoadError problem={returns.error} onRetry={returns.refetch} />}
        {returns.data?.data.length === 0 && (
          <EmptyState icon={<Undo2 />} title={t("none_title")}>
            {t("none")}
          </EmptyState>
        )}
        {returns.data && returns.data.data.length > 0 && (
          <>
            <ul className="divide-y divide-line">
              {returns.data.data.map((one) => (
                <li key={one.id}>
                  <ReturnCard
                    one={one}
                    sellerId={sellerId}
                    onDecide={(decision) => setDeciding({ of: one, decision })}
                  />
                </li>
              ))}
            </ul>
            <div className="border-t border-line px-[18px] py-2">
              <Pagination
                shown={returns.data.data.length}
                onPrevious={onPrevious}
                onNext={next(returns.data.next_cursor)}
                busy={returns.isPlaceholderData}
              />
            </div>
          </>
        )}
      </Card>
      {deciding && (
        <DecisionDialog sellerId={sellerId} {...deciding} onClose={() => setDeciding(undefined)} />
      )}
    </>
  );
}
