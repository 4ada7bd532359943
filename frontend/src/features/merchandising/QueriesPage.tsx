import { useMutation, useQuery } from "@tanstack/react-query";
import { Languages, ListOrdered, SearchX } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router-dom";
import type { Problem } from "@/shared/api";
import { listCountedQueries } from "@/shared/api/generated/merchandising/merchandising";
import type { CountedQueryOut, DeniedOut, Seen } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Button,
  Card,
  EmptyState,
  Field,
  LoadError,
  PageHead,
  Select,
  Table,
  Tabs,
  Textarea,
  toast,
  type Column,
} from "@/shared/kit";
import { newRule, newSynonyms, QUERIES, saveDenied, useAskAnew, useDenied, wordsIn } from "./api";

/** What people search for here, and what they do not find. */
export function QueriesPage() {
  const { t } = useTranslation("merchandising");
  const [address, setAddress] = useSearchParams();
  const seen: Seen = address.get("seen") === "missed" ? "missed" : "found";
  const days = ["1", "7", "30", "90"].find((one) => one === address.get("days")) ?? "30";
  const put = (next: Record<string, string>) =>
    setAddress((now) => ({ ...Object.fromEntries(now), ...next }), { replace: true });
  const queries = useQuery({
    queryKey: [QUERIES, seen, days],
    queryFn: ({ signal }) => listCountedQueries({ seen, days: Number(days) }, undefined, signal),
  });
  const columns = useColumns(seen);
  return (
    <>
      <PageHead
        title={t("queries")}
        lead={t("queries_lead")}
        actions={
          <Select
            aria-label={t("days")}
            className="w-44!"
            value={days}
            onChange={(chosen) => put({ days: chosen })}
            options={["1", "7", "30", "90"].map((value) => ({
              value,
              label: t("last_days", { count: Number(value) }),
            }))}
          />
        }
      />
      <Card flush>
        <Tabs
          label={t("queries")}
          value={seen}
          onChange={(chosen) => put({ seen: chosen })}
          tabs={[
            { value: "found", label: t("seen_found") },
            { value: "missed", label: t("seen_missed") },
          ]}
        />
        {queries.isError ? (
          <LoadError problem={queries.error} onRetry={queries.refetch} />
        ) : (
          <Table
            label={t(`seen_${seen}`)}
            columns={columns}
            rows={queries.data?.data}
            rowKey={(row) => row.query}
            empty={
              <EmptyState icon={<SearchX />} title={t(`none_${seen}_title`)}>
                {t("none_counted")}
              </EmptyState>
            }
          />
        )}
      </Card>
      <div className="mt-5 max-w-2xl">
        <DeniedWords />
      </div>
    </>
  );
}

function useColumns(seen: Seen): Column<CountedQueryOut>[] {
  const { t } = useTranslation("merchandising");
  const { number } = useFormat();
  return [
    {
      id: "query",
      header: t("query"),
      className: "w-full max-w-0",
      cell: (row) => (
        <span className="block truncate font-semibold">
          <bdi>{row.query}</bdi>
        </span>
      ),
    },
    { id: "times", header: t("times"), align: "end", cell: (row) => number(row[seen]) },
    {
      id: "make",
      header: <span className="sr-only">{t("make")}</span>,
      align: "end",
      cell: (row) => (
        <span className="flex justify-end gap-2">
          <Button asChild size="sm" className="max-md:hidden">
            <Link to={newSynonyms(row.query)}>{t("make_synonym")}</Link>
          </Button>
          <Button asChild size="sm" className="max-md:hidden">
            <Link to={newRule(row.query)}>{t("make_rule")}</Link>
          </Button>
          <span className="flex md:hidden">
            <LinkIcon to={newSynonyms(row.query)} label={`${t("make_synonym")}: ${row.query}`}>
              <Languages />
            </LinkIcon>
            <LinkIcon to={newRule(row.query)} label={`${t("make_rule")}: ${row.query}`}>
              <ListOrdered />
            </LinkIcon>
          </span>
        </span>
      ),
    },
  ];
}

function LinkIcon({ to, label, children }: { to: string; label: string; children: ReactNode }) {
  return (
    <Link
      to={to}
      aria-label={label}
      className="inline-flex size-9 items-center justify-center rounded-full hover:bg-text/6 [&_svg]:size-[18px]"
    >
      {children}
    </Link>
  );
}

/** Words that are never suggested to anybody who types. */
function DeniedWords() {
  const { t } = useTranslation("merchandising");
  const denied = useDenied();
  return (
    <Card title={t("denied")}>
      {denied.isError ? (
        <LoadError problem={denied.error} onRetry={denied.refetch} />
      ) : (
        denied.data && <DeniedForm key={denied.data.version} denied={denied.data} />
      )}
    </Card>
  );
}

function DeniedForm({ denied }: { denied: DeniedOut }) {
  const { t } = useTranslation("merchandising");
  const askAnew = useAskAnew(QUERIES);
  const [text, setText] = useState(denied.words.join("\n"));
  const save = useMutation<DeniedOut, Problem>({
    mutationFn: () => saveDenied(wordsIn(text), denied.version),
    onSuccess: () => {
      askAnew();
      toast({ title: t("denied_saved"), tone: "positive" });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
      className="grid gap-3"
    >
      <Field label={t("denied_words")} hint={t("denied_hint")} error={save.error?.detail}>
        <Textarea rows={4} dir="auto" value={text} onChange={(event) => setText(event.target.value)} />
      </Field>
      <div className="flex justify-end">
        <Button type="submit" busy={save.isPending} disabled={text === denied.words.join("\n")}>
          {t("save")}
        </Button>
      </div>
    </form>
  );
}
