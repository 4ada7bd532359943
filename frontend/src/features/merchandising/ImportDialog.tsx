import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Problem } from "@/shared/api";
import { importSynonyms } from "@/shared/api/generated/merchandising/merchandising";
import type { SynonymsImportedOut } from "@/shared/api/generated/model";
import { Button, Dialog, Dropzone, Field, Notice, Textarea } from "@/shared/kit";
import { SYNONYMS, useAskAnew } from "./api";

/** Takes synonyms as text, one set a line; what is wrong stays in the field, so that it can be put right. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("merchandising");
  const askAnew = useAskAnew(SYNONYMS);
  const [text, setText] = useState("");
  const take = useMutation<SynonymsImportedOut, Problem>({
    mutationFn: () => importSynonyms({ text }),
    onSuccess: (done) => {
      askAnew();
      setText(done.wrong.map((line) => line.text).join("\n"));
    },
  });
  const done = take.data;
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t("import_title")}
      lead={t("import_lead")}
      footer={
        <>
          <Button onClick={onClose}>{t("close")}</Button>
          <Button tone="primary" busy={take.isPending} disabled={!text.trim()} onClick={() => take.mutate()}>
            {t("import")}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        {take.isError && <Notice tone="negative" title={take.error.detail || take.error.message} />}
        {done && (
          <div role="status" className="grid gap-3">
            <Notice
              tone={done.wrong.length > 0 ? "warning" : "positive"}
              title={t("imported", { count: done.added })}
            >
              {done.there_already > 0 && <p>{t("there_already", { count: done.there_already })}</p>}
              {done.wrong.length > 0 && <p>{t("not_taken", { count: done.wrong.length })}</p>}
            </Notice>
            {done.wrong.length > 0 && (
              <ul className="max-h-40 overflow-y-auto rounded-lg border px-4 py-2 text-sm">
                {done.wrong.map((line) => (
                  <li key={line.line} className="py-1">
                    <span className="font-semibold">{t("line", { number: line.line })}</span>{" "}
                    <bdi className="font-mono">{line.text}</bdi>
                    <span className="block text-muted">{line.problem}</span>
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
        <Dropzone
          label={t("drop_text")}
          kinds={[".txt", ".csv"]}
          maxMegabytes={0.4}
          onFiles={([file]) => void file?.text().then(setText)}
        />
        <Field label={t("text")} hint={t("text_hint")}>
          <Textarea
            rows={7}
            dir="auto"
            className="font-mono"
            placeholder={"sofa, couch, settee\ntv => television"}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
      </div>
    </Dialog>
  );
}
