import { useTranslation } from "react-i18next";
import { Link } from "react-router-dom";
import { Notice } from "../kit";

interface DoneNoticeProps {
  title: string;
  /** The request that waits for a second person; nothing where none is needed. */
  approvalId: string | null;
}

/** What became of what finance asked for: it is done, or waits for a second person, with the way to the request. */
export function DoneNotice({ title, approvalId }: DoneNoticeProps) {
  const { t } = useTranslation("ledger");
  return (
    <Notice tone={approvalId ? "warning" : "positive"} title={title}>
      {approvalId && (
        <Link to={`/finance/approvals/${approvalId}`} className="underline underline-offset-4">
          {t("see_request")}
        </Link>
      )}
    </Notice>
  );
}
