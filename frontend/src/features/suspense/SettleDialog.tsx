import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOnce } from "@/shared/api";
import type { DeskCaseOut, SettleIn } from "@/shared/api/generated/model";
import {
  getListSuspenseQueryKey,
  getReadSuspenseQueryKey,
  settleSuspense,
} from "@/shared/api/generated/suspense/suspense";
import { useFormat } from "@/shared/format";
import { Button, Dialog, Field, Input, Notice, RadioCards, Textarea, toast } from "@/shared/kit";
import { OrderPicker } from "@/shared/ledger";

const SHORTEST = 3;
const LONGEST = 200;

/** What becomes of money that matches nothing, and why; from a limit on it is only asked for. */
export function SettleDialog({ one, onClose }: { one: DeskCaseOut; onClose: () => void }) {
  const { t } = useTranslation("suspense");
  const { money } = useFormat();
  const cache = useQueryClient();
  const possible = one.choices.filter(({ refusal }) => refusal === null);
  const [how, setHow] = useState<string>(possible[0]?.settlement ?? "");
  const [reason, setReason] = useState("");
  const [email, setEmail] = useState("");
  const [tried, setTried] = useState(false);
  const [order, setOrder] = useState("");
  const credits = how === "credit";
  const takes = how === "take";
  const settle = useOnce((body: SettleIn, once) => settleSuspense(one.id, body, once), {
    onSuccess: (now) => {
      cache.setQueryData(getReadSuspenseQueryKey(one.id), now);
      void cache.invalidateQueries({ queryKey: getListSuspenseQueryKey() });
      toast({ title: t(`now_${now.state}`), tone: now.state === "open" ? "negative" : "positive" });
      onClose();
    },
  });
  const words = reason.trim();
  const missing = words.length < SHORTEST ? t("reason_missing") : undefined;
  const said = words.length > LONGEST ? t("reason_long", { most: LONGEST }) : tried ? missing : undefined;
  const refusedAt = (place: string) => settle.error?.errors.find(({ pointer }) => pointer === place)?.detail;
  const refusal = refusedAt("/reason");
  const unknown = refusedAt("/email");
  const amount = money(one.amount);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("settle_title", { amount })}
      lead={one.needs_second_person ? t("settle_lead_second") : t("settle_lead")}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            tone="primary"
            disabled={!how}
            busy={settle.isPending}
            onClick={() => {
              setTried(true);
              if (!missing && words.length <= LONGEST && (!credits || email.trim()) && (!takes || order))
                settle.mutate({
                  settlement: how as SettleIn["settlement"],
                  reason: words,
                  ...(credits ? { email: email.trim() } : {}),
                  ...(takes ? { order_id: order } : {}),
                });
            }}
          >
            {one.needs_second_person ? t("ask_second") : how ? t(`do_${how}`, { amount }) : t("settle")}
          </Button>
        </>
      }
    >
      {settle.isError && !refusal && !unknown && (
        <div className="mb-4">
          <Notice tone="negative" title={settle.error.detail || settle.error.message} />
        </div>
      )}
      <RadioCards
        aria-label={t("settlement")}
        value={how}
        onChange={setHow}
        options={one.choices.map((choice) => ({
          value: choice.settlement,
          disabled: choice.refusal !== null,
          label: (
            <span className="block">
              {t(`settlement_${choice.settlement}`)}
              <span className="block text-sm font-normal text-muted">
                {choice.refusal ?? t(`explain_${choice.settlement}`)}
              </span>
            </span>
          ),
        }))}
      />
      {credits && (
        <Field
          label={t("credit_to")}
          hint={t("credit_to_hint")}
          error={unknown ?? (tried && !email.trim() ? t("credit_to_missing") : undefined)}
          className="mt-4"
          required
        >
          <Input type="email" value={email} onChange={(event) => setEmail(event.target.value)} />
        </Field>
      )}
      {takes && (
        <Field
          label={t("take_for")}
          hint={t("take_for_hint")}
          error={refusedAt("/order_id") ?? (tried && !order ? t("take_for_missing") : undefined)}
          className="mt-4"
          required
        >
          <OrderPicker
            tenant={one.tenant.slug}
            currency={one.amount.currency}
            value={order}
            onChange={setOrder}
          />
        </Field>
      )}
      <Field label={t("reason")} hint={t("reason_hint")} error={said ?? refusal} className="mt-4" required>
        <Textarea rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </Dialog>
  );
}
