import { useTranslation } from "react-i18next";
import { toProblem } from "@/shared/api";
import type { SellerOrderOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Confirm, toast } from "@/shared/kit";
import { useConfirmDelivery } from "./api";

interface ConfirmArrivalProps {
  part: SellerOrderOut;
  orderId: string;
  orderKey: string | undefined;
  onClose: () => void;
}

/** The buyer's word that all is well pays the seller now; so it is asked for twice. */
export function ConfirmArrival({ part, orderId, orderKey, onClose }: ConfirmArrivalProps) {
  const { t } = useTranslation("order");
  const { money } = useFormat();
  const confirm = useConfirmDelivery(orderId, orderKey);
  return (
    <Confirm
      open
      onClose={onClose}
      title={t("arrived_title", { seller: part.seller.name })}
      action={t("arrived_action")}
      busy={confirm.isPending}
      onConfirm={() =>
        confirm.mutate(part.id, {
          onSuccess: () =>
            toast({ tone: "positive", title: t("arrived_done", { seller: part.seller.name }) }),
          onError: (error) =>
            toast({
              tone: "negative",
              title: t("not_done"),
              detail: toProblem(error).detail || t("try_again"),
            }),
          onSettled: onClose,
        })
      }
    >
      {t("arrived_detail", { amount: money(part.total), seller: part.seller.name })}
    </Confirm>
  );
}
