import {
  Area,
  Bar,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { ChartProps, ChartSeries } from "./Chart";

const AXIS = { tickLine: false, axisLine: false, tick: { fill: "var(--muted)", fontSize: 12 } } as const;

const colour = (series: ChartSeries) => `var(--${series.tone ?? "accent"})`;

/** Drawn by Recharts; loaded only through Chart. */
export default function ChartCanvas({
  kind,
  data,
  x,
  series,
  formatX = String,
  formatY = String,
  height,
}: ChartProps) {
  return (
    <ResponsiveContainer width="100%" height={height ?? 240}>
      <ComposedChart
        data={[...data]}
        margin={{ top: 8, right: 4, bottom: 0, left: 4 }}
        accessibilityLayer={false}
      >
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey={x} {...AXIS} tickFormatter={formatX} minTickGap={28} dy={6} />
        <YAxis {...AXIS} tickFormatter={formatY} width="auto" tickCount={4} />
        <Tooltip
          cursor={{ stroke: "var(--line-strong)", fill: "var(--sunken)" }}
          isAnimationActive={false}
          labelFormatter={(value: unknown) => formatX(typeof value === "string" ? value : "")}
          formatter={(value) => formatY(Number(value))}
          contentStyle={{
            background: "var(--surface)",
            border: "1px solid var(--line)",
            borderRadius: "var(--r2)",
            boxShadow: "var(--shadow)",
            fontSize: 13,
          }}
        />
        {series.map((one) => mark(kind, one))}
      </ComposedChart>
    </ResponsiveContainer>
  );
}

function mark(kind: ChartProps["kind"], series: ChartSeries) {
  const shared = { dataKey: series.key, name: series.name, isAnimationActive: false } as const;
  const ink = colour(series);
  if (kind === "bar")
    return <Bar key={series.key} {...shared} fill={ink} radius={[4, 4, 0, 0]} maxBarSize={28} />;
  const line = { ...shared, stroke: ink, strokeWidth: 2, dot: false } as const;
  if (kind === "line") return <Line key={series.key} {...line} type="monotone" />;
  return <Area key={series.key} {...line} type="monotone" fill={ink} fillOpacity={0.12} />;
}
