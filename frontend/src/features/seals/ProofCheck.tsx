import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/shared/format";
import { Card, CopyId, Dropzone, Notice } from "@/shared/kit";
import { checkProof, type Finding } from "./checkProof";

/** Takes a downloaded proof and checks it here; the file stays in the browser. */
export function ProofCheck() {
  const { t } = useTranslation("seals");
  const [finding, setFinding] = useState<Finding>();
  return (
    <Card title={t("proof_title")}>
      <p className="mb-3 text-sm text-muted">{t("proof_lead")}</p>
      <Dropzone
        label={t("proof_drop")}
        kinds={[".json"]}
        maxMegabytes={1}
        onFiles={([file]) => void file?.text().then(checkProof).then(setFinding)}
      />
      <div className="mt-3" role="status">
        {finding && <Said finding={finding} />}
      </div>
    </Card>
  );
}

function Said({ finding }: { finding: Finding }) {
  const { t } = useTranslation("seals");
  const { instant, number } = useFormat();
  if (typeof finding === "string") return <Notice tone="negative" title={t(`proof_${finding}`)} />;
  return (
    <Notice tone="positive" title={t("proof_holds", { n: number(finding.block) })}>
      <p>
        {t("proof_sealed", { journal: finding.journal, when: instant(finding.sealedAt) })}{" "}
        {finding.signed ? t("proof_signed") : t("proof_unsigned")}
      </p>
      <CopyId id={finding.hash} className="mt-1" />
    </Notice>
  );
}
