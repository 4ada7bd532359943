import { useTranslation } from "react-i18next";
import { useParams, useSearchParams } from "react-router-dom";
import { Card, Crumbs, LoadError, PageHead, Skeleton, SkeletonText } from "@/shared/kit";
import { RULES, useRule } from "./api";
import { RuleState } from "./looks";
import { RuleForm } from "./RuleForm";

/** One rule, written beside what it does. */
export function RulePage() {
  const { t } = useTranslation("merchandising");
  const { ruleId } = useParams();
  const [address] = useSearchParams();
  const found = useRule(ruleId);
  if (ruleId === undefined)
    return (
      <>
        <PageHead title={t("add_rule")} lead={t("rule_lead")} />
        <RuleForm begun={address.get("query") ?? ""} />
      </>
    );
  const crumbs = <Crumbs to={RULES} list={t("rules")} id={ruleId} />;
  if (found.isPending)
    return (
      <div role="status" aria-label={t("loading")}>
        <PageHead title={<Skeleton className="my-1.5 h-6 w-56" />} crumbs={crumbs} />
        <Card>
          <SkeletonText lines={8} />
        </Card>
      </div>
    );
  if (found.isError) return <LoadError problem={found.error} onRetry={found.refetch} />;
  const { rule } = found.data;
  return (
    <>
      <PageHead
        title={<bdi>{rule.query}</bdi>}
        chip={<RuleState standing={rule.standing} />}
        lead={t("rule_lead")}
        crumbs={crumbs}
      />
      <RuleForm key={rule.version} found={found.data} begun={rule.query} />
    </>
  );
}
