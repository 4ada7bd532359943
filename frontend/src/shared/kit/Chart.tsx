import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Skeleton } from "./Skeleton";

export type ChartPoint = Record<string, number | string>;

export interface ChartSeries {
  key: string;
  name: string;
  tone?: "accent" | "info" | "positive" | "warning" | "negative" | "faint";
}

export interface ChartProps {
  kind: "area" | "line" | "bar";
  label: string;
  data: readonly ChartPoint[];
  /** Which key of a point stands along the bottom. */
  x: string;
  series: readonly ChartSeries[];
  formatX?: (value: string) => string;
  formatY?: (value: number) => string;
  height?: number;
}

const Canvas = lazy(() => import("./ChartCanvas"));

/** Figures over time. The drawing code comes when a chart is first shown; the figures are there as a table, too. */
export function Chart(props: ChartProps) {
  const { t } = useTranslation("kit");
  const { label, data, x, series, formatX = String, formatY = String, height = 240 } = props;
  return (
    <figure aria-label={label}>
      <div aria-hidden dir="ltr" style={{ height }}>
        <Suspense fallback={<Skeleton className="h-full w-full" />}>
          <Canvas {...props} height={height} />
        </Suspense>
      </div>
      {/* A table is as wide as its words, also where nobody sees it: what holds it is not. */}
      <div className="sr-only">
        <table>
          <caption>{t("chart_table")}</caption>
          <thead>
            <tr>
              <th scope="col">{x}</th>
              {series.map((one) => (
                <th key={one.key} scope="col">
                  {one.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.map((point) => (
              <tr key={point[x]}>
                <th scope="row">{formatX(String(point[x]))}</th>
                {series.map((one) => (
                  <td key={one.key}>{formatY(Number(point[one.key]))}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}
