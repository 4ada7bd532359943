import { useMutation } from "@tanstack/react-query";
import { ArrowLeftRight, ArrowRight, Download, Languages, MoreHorizontal, Plus, Upload } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router-dom";
import type { Problem } from "@/shared/api";
import { exportSynonyms, removeSynonyms } from "@/shared/api/generated/merchandising/merchandising";
import type { SynonymsOut } from "@/shared/api/generated/model";
import {
  Button,
  Card,
  Confirm,
  EmptyState,
  IconButton,
  Input,
  LoadError,
  Menu,
  PageHead,
  Table,
  toast,
  type Column,
} from "@/shared/kit";
import { SYNONYMS, useAskAnew, useSynonyms } from "./api";
import { ImportDialog } from "./ImportDialog";
import { SynonymsDialog } from "./SynonymsDialog";

/** Which words mean the same in this marketplace. */
export function SynonymsPage() {
  const { t } = useTranslation("merchandising");
  const [address, setAddress] = useSearchParams();
  const sets = useSynonyms();
  const [adding, setAdding] = useState(false);
  const [importing, setImporting] = useState(false);
  const [changing, setChanging] = useState<SynonymsOut>();
  const [removing, setRemoving] = useState<SynonymsOut>();
  const begun = address.get("words");
  const wanted = (address.get("q") ?? "").toLowerCase();
  const shown = sets.data?.data.filter((one) =>
    [...one.words, ...one.to].some((word) => word.toLowerCase().includes(wanted)),
  );
  const columns = useColumns(setChanging, setRemoving);
  const isEmpty = sets.data?.data.length === 0;
  const put = (name: string, value: string) =>
    setAddress(
      (now) => {
        const next = new URLSearchParams(now);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: true },
    );
  const add = (
    <Button tone="primary" onClick={() => setAdding(true)}>
      <Plus />
      {t("add_set")}
    </Button>
  );
  const bring = (
    <Button onClick={() => setImporting(true)}>
      <Upload />
      {t("import")}
    </Button>
  );
  return (
    <>
      <PageHead
        title={t("synonyms")}
        lead={t("synonyms_lead")}
        actions={
          sets.data &&
          !isEmpty && (
            <>
              <Button onClick={() => void download()}>
                <Download />
                {t("export")}
              </Button>
              {bring}
              {add}
            </>
          )
        }
      />
      <Card flush>
        {sets.isError ? (
          <LoadError problem={sets.error} onRetry={sets.refetch} />
        ) : (
          <>
            {!isEmpty && (
              <div className="border-b p-3.5">
                <Input
                  type="search"
                  aria-label={t("find_word")}
                  placeholder={t("find_word")}
                  className="max-w-sm"
                  value={address.get("q") ?? ""}
                  onChange={(event) => put("q", event.target.value)}
                />
              </div>
            )}
            <Table
              label={t("synonyms")}
              columns={columns}
              rows={shown}
              rowKey={(row) => row.id}
              rowName={(row) => row.words.join(", ")}
              onOpen={setChanging}
              empty={
                isEmpty ? (
                  <EmptyState
                    icon={<Languages />}
                    title={t("no_sets_title")}
                    action={
                      <div className="flex flex-wrap justify-center gap-2.5">
                        {bring}
                        {add}
                      </div>
                    }
                  >
                    {t("no_sets")}
                  </EmptyState>
                ) : (
                  <EmptyState title={t("no_such_word")} />
                )
              }
              footer={sets.data && t("so_many_of", { count: sets.data.data.length, most: sets.data.most })}
            />
          </>
        )}
      </Card>
      {(adding || begun !== null || changing) && (
        <SynonymsDialog
          one={changing}
          begun={begun ?? ""}
          onClose={() => {
            setAdding(false);
            setChanging(undefined);
            put("words", "");
          }}
        />
      )}
      {importing && <ImportDialog onClose={() => setImporting(false)} />}
      {removing && <Remove one={removing} onClose={() => setRemoving(undefined)} />}
    </>
  );
}

function useColumns(
  onChange: (one: SynonymsOut) => void,
  onRemove: (one: SynonymsOut) => void,
): Column<SynonymsOut>[] {
  const { t } = useTranslation("merchandising");
  return [
    {
      id: "words",
      header: t("words"),
      className: "w-full min-w-0",
      cell: (row) => (
        <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5 py-2.5">
          <span dir="auto" className="font-semibold">
            {row.words.join(", ")}
          </span>
          {row.to.length > 0 && (
            <>
              <ArrowRight aria-label={t("also_finds")} role="img" className="size-4 flip-rtl text-muted" />
              <span dir="auto">{row.to.join(", ")}</span>
            </>
          )}
        </span>
      ),
    },
    {
      id: "kind",
      header: t("meaning"),
      from: "md",
      cell: (row) => (
        <span className="inline-flex items-center gap-2 whitespace-nowrap text-muted">
          {row.to.length > 0 ? (
            <ArrowRight aria-hidden className="size-4 flip-rtl" />
          ) : (
            <ArrowLeftRight aria-hidden className="size-4" />
          )}
          {t(row.to.length > 0 ? "one_way" : "both_ways")}
        </span>
      ),
    },
    {
      id: "more",
      header: <span className="sr-only">{t("more")}</span>,
      align: "end",
      cell: (row) => (
        <Menu
          trigger={
            <IconButton size="sm" label={t("more_for", { name: row.words.join(", ") })}>
              <MoreHorizontal />
            </IconButton>
          }
          entries={[
            { label: t("change"), onSelect: () => onChange(row) },
            { kind: "line" },
            { label: t("remove"), danger: true, onSelect: () => onRemove(row) },
          ]}
        />
      ),
    },
  ];
}

function Remove({ one, onClose }: { one: SynonymsOut; onClose: () => void }) {
  const { t } = useTranslation("merchandising");
  const askAnew = useAskAnew(SYNONYMS);
  const remove = useMutation<unknown, Problem>({
    mutationFn: () => removeSynonyms(one.id),
    onError: (problem) => toast({ title: problem.detail || problem.message, tone: "negative" }),
    onSuccess: () => toast({ title: t("set_removed"), tone: "neutral" }),
    onSettled: () => {
      askAnew();
      onClose();
    },
  });
  return (
    <Confirm
      open
      danger
      onClose={onClose}
      title={t("remove_set_title")}
      action={t("remove")}
      busy={remove.isPending}
      onConfirm={() => remove.mutate()}
    >
      {t("remove_set_lead", { words: one.words.join(", ") })}
    </Confirm>
  );
}

async function download() {
  const text = await exportSynonyms();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = "synonyms.txt";
  link.click();
  URL.revokeObjectURL(link.href);
}
