import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useOnce } from "../api";
import { giveUpPayment } from "../api/generated/finance/finance";
import type { GiveUpIn, MoneyOut } from "../api/generated/model";
import { useFormat } from "../format";
import { Button, Dialog, toast } from "../kit";
import { DoneNotice } from "./DoneNotice";
import { ReasonDialog } from "./ReasonDialog";

interface GiveUpDialogProps {
  orderId: string;
  /** What is still to come of it. */
  amount: MoneyOut;
  onClose: () => void;
}

const TOLD = /finance\/(payments|waiting-orders|trails|invoice-terms|approvals)/;

/** Nothing is awaited of an order any more, for a reason; from an amount on it is only asked for. */
export function GiveUpDialog({ orderId, amount, onClose }: GiveUpDialogProps) {
  const { t } = useTranslation("ledger");
  const { money } = useFormat();
  const cache = useQueryClient();
  const giveUp = useOnce((body: GiveUpIn, once) => giveUpPayment(orderId, body, once), {
    onSuccess: ({ state }) => {
      void cache.invalidateQueries({ predicate: ({ queryKey }) => TOLD.test(String(queryKey[0])) });
      if (state === "waiting") return;
      toast({ title: t("give_up_done"), tone: "positive" });
      onClose();
    },
  });
  const title = t("give_up_title", { amount: money(amount) });
  if (giveUp.data?.state === "waiting")
    return (
      <Dialog open onClose={onClose} title={title} footer={<Button onClick={onClose}>{t("close")}</Button>}>
        <DoneNotice title={t("give_up_waits")} approvalId={giveUp.data.approval_id} />
      </Dialog>
    );
  return (
    <ReasonDialog
      title={title}
      lead={t("give_up_lead", { order: orderId })}
      action={t("give_up")}
      danger
      busy={giveUp.isPending}
      error={giveUp.error}
      onSend={(reason) => giveUp.mutate({ reason })}
      onClose={onClose}
    />
  );
}
