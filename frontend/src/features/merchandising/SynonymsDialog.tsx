import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { showProblem, type Problem } from "@/shared/api";
import type { SynonymsIn, SynonymsOut } from "@/shared/api/generated/model";
import { Button, Dialog, Field, Notice, RadioCards, Textarea, toast } from "@/shared/kit";
import { saveSynonyms, SYNONYMS, useAskAnew, wordsIn } from "./api";

interface SynonymsDialogProps {
  /** The set that is changed; a new one without. */
  one: SynonymsOut | undefined;
  /** The word that a new set begins with. */
  begun: string;
  onClose: () => void;
}

interface Form {
  words: string;
  to: string;
}

/** Words that mean the same, or words that also find others. */
export function SynonymsDialog({ one, begun, onClose }: SynonymsDialogProps) {
  const { t } = useTranslation("merchandising");
  const askAnew = useAskAnew(SYNONYMS);
  const [kind, setKind] = useState(one && one.to.length > 0 ? "one_way" : "both_ways");
  const form = useForm<Form>({
    defaultValues: { words: one?.words.join(", ") ?? begun, to: one?.to.join(", ") ?? "" },
  });
  const { errors } = form.formState;
  const save = useMutation<SynonymsOut, Problem, SynonymsIn>({
    mutationFn: (body) => saveSynonyms(one, body),
    onError: (problem) => showProblem(form, wholeFields(problem)),
    onSuccess: () => {
      askAnew();
      toast({ title: t("set_saved"), tone: "positive" });
      onClose();
    },
  });
  const submit = form.handleSubmit(({ words, to }) => {
    const body = { words: wordsIn(words), to: kind === "one_way" ? wordsIn(to) : [] };
    if (body.words.length < (kind === "one_way" ? 1 : 2))
      form.setError("words", { message: t(kind === "one_way" ? "word_missing" : "two_words_missing") });
    else if (kind === "one_way" && body.to.length === 0) form.setError("to", { message: t("to_missing") });
    else save.mutate(body);
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(one ? "change_set" : "add_set")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button tone="primary" busy={save.isPending} onClick={() => void submit()}>
            {t("save")}
          </Button>
        </>
      }
    >
      <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
        {errors.root && <Notice tone="negative" title={errors.root.message} />}
        <RadioCards
          aria-label={t("meaning")}
          value={kind}
          onChange={setKind}
          options={[
            { value: "both_ways", label: t("both_ways"), body: t("both_ways_hint") },
            { value: "one_way", label: t("one_way"), body: t("one_way_hint") },
          ]}
        />
        <Field
          label={t(kind === "one_way" ? "typed_words" : "words")}
          hint={t("words_hint")}
          error={errors.words?.message}
          required
        >
          <Textarea rows={2} dir="auto" placeholder={t("words_example")} {...form.register("words")} />
        </Field>
        {kind === "one_way" && (
          <Field label={t("also_finds")} hint={t("words_hint")} error={errors.to?.message} required>
            <Textarea rows={2} dir="auto" placeholder={t("to_example")} {...form.register("to")} />
          </Field>
        )}
      </form>
    </Dialog>
  );
}

/** The server names a word of a field; the form has the field alone. */
function wholeFields(problem: Problem): Problem {
  for (const error of problem.errors) error.pointer = error.pointer.split("/").slice(0, 2).join("/");
  return problem;
}
