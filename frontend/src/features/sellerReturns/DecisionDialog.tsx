import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useOnce } from "@/shared/api";
import type { SellerReturnOut } from "@/shared/api/generated/model";
import { approveReturn, declineReturn, getListReturnsQueryKey } from "@/shared/api/generated/returns/returns";
import { getShowHomeQueryKey } from "@/shared/api/generated/seller-portal/seller-portal";
import { useFormat } from "@/shared/format";
import { Button, Dialog, Field, Notice, Textarea, toast } from "@/shared/kit";

export type Decision = "approve" | "decline";

const LONGEST = 500;

interface DecisionDialogProps {
  sellerId: string;
  of: SellerReturnOut;
  decision: Decision;
  onClose: () => void;
}

/** The seller's answer with a word to the buyer; approving sends the money back. */
export function DecisionDialog({ sellerId, of, decision, onClose }: DecisionDialogProps) {
  const { t } = useTranslation("sellerReturns");
  const { money } = useFormat();
  const cache = useQueryClient();
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const send = decision === "approve" ? approveReturn : declineReturn;
  const decide = useOnce((words: string, once) => send(sellerId, of.id, { note: words }, once), {
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: [getListReturnsQueryKey(sellerId)[0]] });
      void cache.invalidateQueries({ queryKey: getShowHomeQueryKey(sellerId) });
      toast({ title: t(`${decision}_done`), tone: "positive" });
      onClose();
    },
  });
  const words = note.trim();
  const missing = decision === "decline" && words === "" ? t("note_missing") : undefined;
  const said = words.length > LONGEST ? t("note_long", { most: LONGEST }) : tried ? missing : undefined;
  const refusal = decide.error?.errors.find(({ pointer }) => pointer === "/note")?.detail;
  const amount = money(of.amount);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(`${decision}_title`)}
      lead={t(`${decision}_lead`, { amount })}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            tone={decision === "approve" ? "primary" : "danger"}
            busy={decide.isPending}
            onClick={() => {
              setTried(true);
              if (!missing && words.length <= LONGEST) decide.mutate(words);
            }}
          >
            {decision === "approve" ? t("approve", { amount }) : t("decline")}
          </Button>
        </>
      }
    >
      {decide.isError && !refusal && (
        <div className="mb-4">
          <Notice tone="negative" title={decide.error.detail || decide.error.message} />
        </div>
      )}
      <Field
        label={t("note")}
        optional={decision === "approve"}
        hint={t("note_hint")}
        error={said ?? refusal}
      >
        <Textarea rows={3} value={note} onChange={(event) => setNote(event.target.value)} />
      </Field>
    </Dialog>
  );
}
