import { useTranslation } from "react-i18next";

export function Home() {
  const { t } = useTranslation("signin");
  return (
    <main className="grid min-h-dvh place-items-center">
      <h1 className="heading text-3xl">{t("title")}</h1>
    </main>
  );
}
