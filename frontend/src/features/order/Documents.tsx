import { useTranslation } from "react-i18next";
import { linkOrderDocument } from "@/shared/api/generated/documents/documents";
import type { DocumentOut } from "@/shared/api/generated/model";
import { FileButton } from "@/shared/files";

interface DocumentsProps {
  documents: readonly DocumentOut[];
  orderId: string;
  /** Opens a guest's order, and its files. */
  orderKey: string | undefined;
}

/** Files of an order, each to be downloaded by whoever bought. */
export function Documents({ documents, orderId, orderKey }: DocumentsProps) {
  const { t } = useTranslation("order");
  return documents.map(({ id, kind, number }) => (
    <FileButton
      key={id}
      size="sm"
      ask={() => linkOrderDocument(orderId, id, orderKey ? { key: orderKey } : undefined)}
    >
      {t(`document.${kind}`)} {number && <bdi className="figures font-normal text-muted">{number}</bdi>}
    </FileButton>
  ));
}
