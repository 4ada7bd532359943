import { useTranslation } from "react-i18next";
import { linkSellerDocument } from "@/shared/api/generated/documents/documents";
import type { SellerOrderFullOut } from "@/shared/api/generated/model";
import { FileButton } from "@/shared/files";
import { useFormat } from "@/shared/format";
import { Card } from "@/shared/kit";

/** What the seller issued for the order, each file to be downloaded. */
export function Documents({ sellerId, order }: { sellerId: string; order: SellerOrderFullOut }) {
  const { t } = useTranslation("sellerOrders");
  const { date } = useFormat();
  if (order.documents.length === 0) return null;
  return (
    <Card title={t("documents")} className="print:hidden">
      <ul className="grid gap-2.5">
        {order.documents.map(({ id, kind, number, issued_at: issued }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
            <FileButton size="sm" ask={() => linkSellerDocument(sellerId, id)}>
              {t(`document_${kind}`)}{" "}
              {number && <bdi className="figures font-normal text-muted">{number}</bdi>}
            </FileButton>
            <span className="figures text-sm text-muted">{date(issued)}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
