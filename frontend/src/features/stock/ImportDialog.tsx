import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { request, type Problem } from "@/shared/api";
import { linkImportFile, useReadImport } from "@/shared/api/generated/import-and-export/import-and-export";
import type { ImportOut } from "@/shared/api/generated/model";
import { getListSellerProductsQueryKey } from "@/shared/api/generated/offering/offering";
import { useListPlaces } from "@/shared/api/generated/onboarding/onboarding";
import { FileButton } from "@/shared/files";
import { useFormat } from "@/shared/format";
import { Button, Dialog, Dropzone, Field, LoadError, Notice, Progress, Select } from "@/shared/kit";

const POLL = 700;

interface Upload {
  file: File;
  tenant: string | undefined;
}

/** The document calls the file a string; the generated call would send it as one. */
function send(sellerId: string, { file, tenant }: Upload): Promise<ImportOut> {
  const body = new FormData();
  body.append("file", file);
  return request<ImportOut>({
    url: `/seller/${sellerId}/imports`,
    method: "POST",
    headers: { "Content-Type": "multipart/form-data" },
    data: body,
    params: { tenant },
  });
}

/** Takes in a CSV file, shows how far it is and which rows were left out, and why. */
export function ImportDialog({ sellerId, onClose }: { sellerId: string; onClose: () => void }) {
  const { t } = useTranslation("stock");
  const cache = useQueryClient();
  const start = useMutation<ImportOut, Problem, Upload>({ mutationFn: (upload) => send(sellerId, upload) });
  const started = start.data;
  const watched = useReadImport(sellerId, started?.id ?? "", {
    query: {
      enabled: started !== undefined,
      refetchInterval: (query) => (isRunning(query.state.data ?? started) ? POLL : false),
    },
  });
  const work = watched.data ?? started;
  function close() {
    if (work) void cache.invalidateQueries({ queryKey: [getListSellerProductsQueryKey(sellerId)[0]] });
    onClose();
  }
  return (
    <Dialog
      open
      wide
      onClose={close}
      title={t("import_title")}
      lead={t("import_lead")}
      footer={<Button onClick={close}>{t("close")}</Button>}
    >
      {watched.isError && <LoadError problem={watched.error} onRetry={watched.refetch} />}
      {work ? (
        <Outcome sellerId={sellerId} work={work} />
      ) : (
        <Choose
          sellerId={sellerId}
          busy={start.isPending}
          refusal={start.error ? start.error.detail || start.error.message : undefined}
          onFile={(file, tenant) => start.mutate({ file, tenant })}
        />
      )}
    </Dialog>
  );
}

const isRunning = (work: ImportOut | undefined) => work?.state === "running";

interface ChooseProps {
  sellerId: string;
  busy: boolean;
  refusal: string | undefined;
  onFile: (file: File, tenant: string | undefined) => void;
}

function Choose({ sellerId, busy, refusal, onFile }: ChooseProps) {
  const { t } = useTranslation("stock");
  const places = useListPlaces(sellerId);
  const markets = (places.data?.data ?? []).filter(({ state }) => state === "approved");
  const [chosen, setChosen] = useState<string>();
  const tenant = chosen ?? markets[0]?.marketplace.slug;
  return (
    <div className="grid gap-4">
      {refusal && <Notice tone="negative" title={refusal} />}
      <Field label={t("import_into")}>
        <Select
          value={tenant}
          onChange={setChosen}
          options={markets.map(({ marketplace }) => ({ value: marketplace.slug, label: marketplace.name }))}
        />
      </Field>
      <Dropzone
        label={t("import_file")}
        kinds={[".csv"]}
        maxMegabytes={20}
        disabled={busy}
        onFiles={([file]) => file && onFile(file, tenant)}
      />
    </div>
  );
}

function Outcome({ sellerId, work }: { sellerId: string; work: ImportOut }) {
  const { t } = useTranslation("stock");
  const { number } = useFormat();
  return (
    <div className="grid gap-4">
      {work.state !== "failed" && (
        <Progress
          value={isRunning(work) ? work.percent / 100 : 1}
          label={t("import_progress", { done: number(work.done + work.failed), rows: number(work.rows) })}
        />
      )}
      {!isRunning(work) && work.done > 0 && (
        <Notice tone="positive" title={t("import_done", { number: number(work.done) })} />
      )}
      {(work.state === "failed" || work.state === "interrupted") && (
        <Notice tone="negative" title={t(`import_${work.state}`)} />
      )}
      {work.failed > 0 && (
        <Notice tone="warning" title={t("import_left_out", { number: number(work.failed) })}>
          {t("import_fix")}
        </Notice>
      )}
      {!isRunning(work) && (
        <div>
          <FileButton ask={() => linkImportFile(sellerId, work.id)}>{t("import_sent_file")}</FileButton>
        </div>
      )}
      {work.errors.length > 0 && (
        <div className="max-h-64 overflow-auto rounded-lg border">
          <table className="w-full text-sm">
            <thead className="sticky top-0 bg-surface text-start text-muted">
              <tr>
                {[t("row"), t("column"), t("problem")].map((head) => (
                  <th key={head} scope="col" className="border-b px-3.5 py-2 text-start font-medium">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {work.errors.map((error) => (
                <tr key={`${error.row} ${error.column} ${error.problem}`}>
                  <td className="px-3.5 py-2 figures">{error.row}</td>
                  <td className="px-3.5 py-2 font-mono text-xs">{error.column}</td>
                  <td className="px-3.5 py-2">{error.problem}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}
