import { PackageX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { SellerOrderFullOut } from "@/shared/api/generated/model";
import { Button, Checkbox, Confirm, toast } from "@/shared/kit";
import { useRefused } from "./api";

/** The parcel came back from the door unpaid: its part is given up, and its goods lie here again, or not. */
export function Refused({ sellerId, order }: { sellerId: string; order: SellerOrderFullOut }) {
  const { t } = useTranslation("sellerOrders");
  const [asking, setAsking] = useState(false);
  const [restock, setRestock] = useState(true);
  const refused = useRefused(sellerId, order.id);
  const onTheWay = order.state === "shipped" || order.state === "partly_shipped";
  if (order.method === "card" || order.collect.amount === 0 || !onTheWay) return null;
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <PackageX />
        {t("refused")}
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t("refused_title")}
        action={t("refused")}
        danger
        busy={refused.isPending}
        onConfirm={() =>
          refused.mutate(restock, {
            onError: (problem) => toast({ title: problem.detail || problem.message, tone: "negative" }),
            onSettled: () => setAsking(false),
          })
        }
      >
        <p>{t("refused_lead")}</p>
        <div className="mt-3">
          <Checkbox checked={restock} onChange={setRestock} label={t("refused_restock")} />
        </div>
      </Confirm>
    </>
  );
}
