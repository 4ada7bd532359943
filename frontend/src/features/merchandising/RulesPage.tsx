import { ListOrdered, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router-dom";
import type { SearchRuleOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Button, Card, EmptyState, LoadError, PageHead, Table, type Column } from "@/shared/kit";
import { RULES, useRules } from "./api";
import { RuleState } from "./looks";

/** What stands first for which query, and what is left out. */
export function RulesPage() {
  const { t } = useTranslation("merchandising");
  const navigate = useNavigate();
  const rules = useRules();
  const columns = useColumns();
  const isEmpty = rules.data?.data.length === 0;
  const add = (
    <Button asChild tone="primary">
      <Link to={`${RULES}/new`}>
        <Plus />
        {t("add_rule")}
      </Link>
    </Button>
  );
  return (
    <>
      <PageHead title={t("rules")} lead={t("rules_lead")} actions={rules.data && !isEmpty && add} />
      <Card flush>
        {rules.isError ? (
          <LoadError problem={rules.error} onRetry={rules.refetch} />
        ) : (
          <Table
            label={t("rules")}
            columns={columns}
            rows={rules.data?.data}
            rowKey={(row) => row.id}
            rowName={(row) => row.query}
            onOpen={(row) => navigate(`${RULES}/${row.id}`)}
            empty={
              <EmptyState icon={<ListOrdered />} title={t("no_rules_title")} action={add}>
                {t("no_rules")}
              </EmptyState>
            }
            footer={rules.data && t("so_many_of", { count: rules.data.data.length, most: rules.data.most })}
          />
        )}
      </Card>
    </>
  );
}

function useColumns(): Column<SearchRuleOut>[] {
  const { t } = useTranslation("merchandising");
  const { number, dateTime } = useFormat();
  return [
    {
      id: "query",
      header: t("query"),
      className: "w-full max-w-0",
      cell: (row) => (
        <>
          <Link
            to={`${RULES}/${row.id}`}
            className="block truncate font-semibold underline-offset-4 hover:text-accent hover:underline"
          >
            <bdi>{row.query}</bdi>
          </Link>
          <span className="block truncate text-sm text-muted">{t(`matching_${row.matching}`)}</span>
        </>
      ),
    },
    { id: "pins", header: t("first"), align: "end", from: "sm", cell: (row) => number(row.pins.length) },
    { id: "hides", header: t("left_out"), align: "end", from: "sm", cell: (row) => number(row.hides.length) },
    {
      id: "until",
      header: t("until"),
      from: "lg",
      cell: (row) => (
        <span className="figures whitespace-nowrap text-muted">
          {row.ends_at ? dateTime(row.ends_at) : t("no_end")}
        </span>
      ),
    },
    { id: "state", header: t("state"), align: "end", cell: (row) => <RuleState standing={row.standing} /> },
  ];
}
