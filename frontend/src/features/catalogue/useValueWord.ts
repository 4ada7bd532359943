import { useTranslation } from "react-i18next";
import type { FacetValueOut } from "@/shared/api/generated/model";

/** What a value of a facet is called: by the marketplace, or, for a yes or no, by the language. */
export function useValueWord() {
  const { t } = useTranslation("catalogue");
  return ({ label, value }: Pick<FacetValueOut, "label" | "value">) =>
    label || t(value === "true" ? "yes" : "no");
}
