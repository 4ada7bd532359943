import { useTranslation } from "react-i18next";
import { PageHead } from "@/shared/kit";

export function ProductsPage() {
  const { t } = useTranslation("stock");
  return <PageHead title={t("title")} />;
}
