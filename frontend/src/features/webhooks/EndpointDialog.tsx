import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { useMemo } from "react";
import { Controller, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "@/shared/zod";
import { showProblem, type Problem } from "@/shared/api";
import type { WebhookIn, WebhookOut, WebhookSecretOut } from "@/shared/api/generated/model";
import { Button, Dialog, Field, Input, Notice, toast } from "@/shared/kit";
import { useAskAnew, useDesk } from "./api";
import { EventPicker } from "./EventPicker";

interface EndpointDialogProps {
  offered: string[];
  /** The endpoint that is changed; a new one without. */
  one?: WebhookOut;
  onClose: () => void;
  onMade?: (shown: WebhookSecretOut) => void;
}

/** An endpoint to be, or what is said of one from now on. */
export function EndpointDialog({ offered, one, onClose, onMade }: EndpointDialogProps) {
  const { t } = useTranslation("webhooks");
  const desk = useDesk();
  const askAnew = useAskAnew();
  const rules = useMemo(() => rulesOf(t), [t]);
  const form = useForm<WebhookIn & { description: string }>({
    resolver: zodResolver(rules),
    mode: "onTouched",
    defaultValues: {
      url: one?.url ?? "",
      description: one?.description ?? "",
      event_types: one?.event_types ?? [],
    },
  });
  const { errors } = form.formState;
  const save = useMutation<WebhookSecretOut | WebhookOut, Problem, WebhookIn>({
    mutationFn: (body) => (one ? desk.change(one.id, body, one.version) : desk.add(body)),
    onError: (problem) => showProblem(form, problem),
    onSuccess: (done) => {
      askAnew();
      if ("secret" in done) onMade?.(done);
      else {
        toast({ title: t("saved"), tone: "positive" });
        onClose();
      }
    },
  });
  const submit = form.handleSubmit((body) => save.mutate(body));
  return (
    <Dialog
      open
      wide
      onClose={onClose}
      title={t(one ? "change_title" : "add_title")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button tone="primary" busy={save.isPending} onClick={() => void submit()}>
            {t(one ? "save" : "add")}
          </Button>
        </>
      }
    >
      <form noValidate onSubmit={(event) => void submit(event)} className="grid gap-4">
        {errors.root && <Notice tone="negative" title={errors.root.message} />}
        <Field label={t("url")} hint={t("url_hint")} error={errors.url?.message} required>
          <Input
            dir="ltr"
            type="url"
            className="font-mono"
            placeholder="https://erp.example.com/velora"
            {...form.register("url")}
          />
        </Field>
        <Field label={t("description")} error={errors.description?.message} optional>
          <Input {...form.register("description")} />
        </Field>
        <Controller
          control={form.control}
          name="event_types"
          render={({ field }) => (
            <EventPicker
              offered={offered}
              chosen={field.value}
              onChange={field.onChange}
              error={errors.event_types?.message}
            />
          )}
        />
      </form>
    </Dialog>
  );
}

function rulesOf(t: TFunction<"webhooks">) {
  return z.object({
    url: z
      .string()
      .trim()
      .min(1, t("url_missing"))
      .pipe(z.url({ protocol: /^https?$/, error: t("url_wrong") })),
    description: z.string().trim().max(200, t("description_long")),
    event_types: z.array(z.string()).min(1, t("events_missing")),
  });
}
