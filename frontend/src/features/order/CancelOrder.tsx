import { Ban } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toProblem } from "@/shared/api";
import type { OrderOut } from "@/shared/api/generated/model";
import { Button, Confirm, toast } from "@/shared/kit";
import { useCancel } from "./api";

/** Gives up what has not been sent. */
export function CancelOrder({ order, orderKey }: { order: OrderOut; orderKey: string | undefined }) {
  const { t } = useTranslation("order");
  const [asking, setAsking] = useState(false);
  const cancel = useCancel(order.id, orderKey);
  const someSent = order.seller_orders.some((part) => part.shipments.length > 0);
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <Ban />
        {t("cancel")}
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t("cancel_title")}
        action={t("cancel_action")}
        danger
        busy={cancel.isPending}
        onConfirm={() =>
          cancel.mutate(undefined, {
            onSuccess: () =>
              toast({ tone: "positive", title: t("cancel_done"), detail: t("cancel_done_detail") }),
            onError: (error) =>
              toast({
                tone: "negative",
                title: t("not_done"),
                detail: toProblem(error).detail || t("try_again"),
              }),
            onSettled: () => setAsking(false),
          })
        }
      >
        {t(someSent ? "cancel_rest" : "cancel_detail")}
      </Confirm>
    </>
  );
}
