import { zodResolver } from "@hookform/resolvers/zod";
import { useMemo } from "react";
import { Controller, useForm, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "@/shared/zod";
import { showProblem, toProblem } from "@/shared/api";
import { Reason, type SellerOrderOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import {
  Button,
  Checkbox,
  Dialog,
  Field,
  Input,
  Notice,
  Quantity,
  Select,
  Textarea,
  toast,
} from "@/shared/kit";
import { ProductPicture, type Tone } from "@/shared/pictures";
import { useAskForReturn } from "./api";

interface ReturnDialogProps {
  part: SellerOrderOut;
  orderId: string;
  orderKey: string | undefined;
  /** The order is an account's, so its money can become store credit. */
  mayHaveCredit: boolean;
  /** The order was paid without a gateway, so its money goes back by bank transfer. */
  byTransfer: boolean;
  onClose: () => void;
}

interface Wanted {
  quantities: Record<string, number>;
  reason: string;
  note: string;
  asCredit: boolean;
  payee: { holder: string; iban: string };
}

/** What to give back, and why. The seller answers; the money is held meanwhile. */
export function ReturnDialog(props: ReturnDialogProps) {
  const { part, orderId, orderKey, mayHaveCredit, byTransfer, onClose } = props;
  const { t } = useTranslation("order");
  const { joined, money } = useFormat();
  const ask = useAskForReturn(orderId, orderKey);
  const lines = part.lines.filter((line) => line.returnable > 0);
  const only = lines.length === 1 ? lines[0] : undefined;
  const rules = useMemo(
    () =>
      z.object({
        quantities: z
          .record(z.string(), z.number())
          .refine((all) => Object.values(all).some((one) => one > 0), t("return_nothing")),
        reason: z.string().min(1, t("return_reason_needed")),
        note: z.string().max(1000, t("return_note_long")),
        asCredit: z.boolean(),
        payee: z
          .object({ holder: z.string().trim().max(140), iban: z.string().trim().max(42) })
          .superRefine(({ holder, iban }, context) => {
            if (iban && holder.length < 2)
              context.addIssue({ code: "custom", path: ["holder"], message: t("return_holder_needed") });
            if (holder && iban.length < 15)
              context.addIssue({ code: "custom", path: ["iban"], message: t("return_iban_needed") });
          }),
      }),
    [t],
  );
  const form = useForm<Wanted>({
    resolver: zodResolver(rules),
    mode: "onTouched",
    defaultValues: {
      quantities: Object.fromEntries(lines.map((line) => [line.id, line === only ? 1 : 0])),
      reason: "",
      note: "",
      asCredit: false,
      payee: { holder: "", iban: "" },
    },
  });
  const { errors } = form.formState;
  const quantities = useWatch({ control: form.control, name: "quantities" });
  const asCredit = useWatch({ control: form.control, name: "asCredit" });
  const back = lines.reduce((sum, line) => sum + line.unit.amount * (quantities[line.id] ?? 0), 0);
  const onSubmit = form.handleSubmit(({ quantities: chosen, reason, note, payee }) =>
    ask.mutate(
      {
        sellerOrderId: part.id,
        wanted: {
          lines: Object.entries(chosen)
            .filter(([, quantity]) => quantity > 0)
            .map(([line_id, quantity]) => ({ line_id, quantity })),
          reason: reason as Reason,
          note: note.trim(),
          ...(asCredit ? { as_credit: true } : byTransfer && payee.iban ? { payee } : {}),
        },
      },
      {
        onSuccess: () => {
          toast({
            tone: "positive",
            title: t("return_done"),
            detail: t("return_done_detail", { seller: part.seller.name }),
          });
          onClose();
        },
        onError: (error) => {
          if (toProblem(error).code === "transfers.bad_iban")
            form.setError("payee.iban", { message: t("return_iban_wrong") }, { shouldFocus: true });
          else showProblem(form, error);
        },
      },
    ),
  );
  return (
    <Dialog
      open
      onClose={onClose}
      wide
      title={t("return_title", { seller: part.seller.name })}
      lead={t("return_lead")}
      footer={
        <>
          {back > 0 && (
            <p className="me-auto self-center figures text-base">
              {t("return_back")}{" "}
              <span className="font-semibold">{money({ ...part.total, amount: back })}</span>
            </p>
          )}
          <Button onClick={onClose}>{t("not_now")}</Button>
          <Button tone="primary" busy={ask.isPending} onClick={() => void onSubmit()}>
            {t("return_action")}
          </Button>
        </>
      }
    >
      <form noValidate onSubmit={(event) => void onSubmit(event)} className="grid gap-4">
        {errors.root?.message && (
          <Notice tone="negative" title={t("not_done")}>
            {errors.root.message}
          </Notice>
        )}
        <ul className="divide-y divide-line rounded-lg border px-4">
          {lines.map((line) => (
            <li key={line.id} className="flex flex-wrap items-center gap-x-3.5 gap-y-2 py-3 text-base">
              <ProductPicture name={line.picture} tone={line.tone as Tone} className="size-12 rounded-md" />
              <span className="min-w-0 grow basis-32">
                <span className="block truncate font-semibold">{line.title}</span>
                <span className="block text-sm text-muted">
                  {joined([line.variant_title, t("return_possible", { count: line.returnable })])}
                </span>
              </span>
              <Quantity
                name={line.title}
                min={0}
                max={line.returnable}
                value={quantities[line.id] ?? 0}
                onChange={(value) =>
                  form.setValue(
                    "quantities",
                    { ...quantities, [line.id]: value },
                    { shouldValidate: form.formState.isSubmitted },
                  )
                }
              />
            </li>
          ))}
        </ul>
        {errors.quantities && (
          <p role="alert" className="text-sm text-negative">
            {t("return_nothing")}
          </p>
        )}
        <Field label={t("return_reason")} error={errors.reason?.message} required>
          <Controller
            control={form.control}
            name="reason"
            render={({ field }) => (
              <Select
                ref={field.ref}
                value={field.value}
                onChange={field.onChange}
                onBlur={field.onBlur}
                options={Object.values(Reason).map((value) => ({ value, label: t(`reason.${value}`) }))}
              />
            )}
          />
        </Field>
        <Field label={t("return_note")} error={errors.note?.message} optional>
          <Textarea rows={3} placeholder={t("return_note_hint")} {...form.register("note")} />
        </Field>
        {mayHaveCredit && (
          <Controller
            control={form.control}
            name="asCredit"
            render={({ field }) => (
              <Checkbox
                checked={field.value}
                onChange={field.onChange}
                label={t("return_as_credit")}
                hint={t("return_as_credit_hint")}
              />
            )}
          />
        )}
        {byTransfer && !asCredit && (
          <fieldset className="grid gap-4 sm:grid-cols-2">
            <legend className="mb-1 text-base font-semibold">{t("return_payee")}</legend>
            <p className="text-sm text-muted sm:col-span-2">{t("return_payee_hint")}</p>
            <Field label={t("return_holder")} error={errors.payee?.holder?.message} optional>
              <Input autoComplete="name" {...form.register("payee.holder")} />
            </Field>
            <Field label="IBAN" error={errors.payee?.iban?.message} optional>
              <Input dir="ltr" autoComplete="off" className="figures" {...form.register("payee.iban")} />
            </Field>
          </fieldset>
        )}
      </form>
    </Dialog>
  );
}
