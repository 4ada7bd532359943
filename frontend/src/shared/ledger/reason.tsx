import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Field, Textarea } from "../kit";

const SHORTEST = 3;
const LONGEST = 200;

/** Why, for the record. What is wrong with it is said once it was `tried` to send it. */
export function useReason() {
  const [text, setText] = useState("");
  const [tried, setTried] = useState(false);
  const words = text.trim();
  const isFine = words.length >= SHORTEST && words.length <= LONGEST;
  return {
    words,
    isFine,
    tried,
    try: () => setTried(true),
    clear: () => {
      setText("");
      setTried(false);
    },
    field: { text, onChange: setText, isWrong: tried && !isFine },
  };
}

interface ReasonFieldProps {
  text: string;
  onChange: (text: string) => void;
  isWrong: boolean;
}

/** Where the reason is written, with who reads it. */
export function ReasonField({ text, onChange, isWrong }: ReasonFieldProps) {
  const { t } = useTranslation("ledger");
  return (
    <Field
      label={t("reason")}
      hint={t("reason_hint")}
      error={isWrong ? t("reason_missing", { most: LONGEST }) : undefined}
      required
    >
      <Textarea rows={3} value={text} onChange={(event) => onChange(event.target.value)} />
    </Field>
  );
}
