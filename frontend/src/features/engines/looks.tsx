import { CircleAlert, CircleCheck, CircleHelp, Clock, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { EngineOut } from "@/shared/api/generated/model";
import { useFormat } from "@/shared/format";
import { Chip } from "@/shared/kit";

const LOOKS = {
  up: { tone: "positive", Icon: CircleCheck },
  degraded: { tone: "warning", Icon: TriangleAlert },
  away: { tone: "negative", Icon: CircleAlert },
} as const;

/** Whether it answers, in words and a sign. */
export function EngineState({ state }: { state: EngineOut["state"] }) {
  const { t } = useTranslation("engines");
  const { tone, Icon } = LOOKS[state];
  return (
    <Chip tone={tone} icon={<Icon aria-hidden />}>
      {t(`state_${state}`)}
    </Chip>
  );
}

/** Whether it has said of late that it runs. */
export function WorkerState({ runs }: { runs: boolean }) {
  const { t } = useTranslation("engines");
  return runs ? (
    <Chip tone="positive" icon={<CircleCheck aria-hidden />}>
      {t("runs")}
    </Chip>
  ) : (
    <Chip icon={<CircleHelp aria-hidden />}>{t("gone")}</Chip>
  );
}

/** How a queue fares, whatever waits in it. */
export type Flow = "flows" | "late" | "unknown" | number;

/** Whether it flows; a number is how many a person has to look at, which comes before everything else. */
export function FlowState({ flow }: { flow: Flow }) {
  const { t } = useTranslation("engines");
  const { number } = useFormat();
  if (typeof flow === "number")
    return (
      <Chip tone="negative" icon={<CircleAlert aria-hidden />}>
        {t("for_a_person", { count: flow, n: number(flow) })}
      </Chip>
    );
  if (flow === "unknown") return <Chip icon={<CircleHelp aria-hidden />}>{t("unknown")}</Chip>;
  return flow === "late" ? (
    <Chip tone="warning" icon={<Clock aria-hidden />}>
      {t("late")}
    </Chip>
  ) : (
    <Chip tone="positive" icon={<CircleCheck aria-hidden />}>
      {t("flows")}
    </Chip>
  );
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** "3 minutes": how long something has been waiting; a dash where nothing does. */
export function useDuration(): (seconds: number | null | undefined) => string {
  const { t } = useTranslation("engines");
  const { locale } = useFormat();
  return (seconds) => {
    if (seconds === null || seconds === undefined) return t("nothing");
    const [unit, size] = UNITS.find(([, many]) => seconds >= many) ?? (["second", 1] as const);
    const written = new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" });
    return written.format(Math.floor(seconds / size));
  };
}
