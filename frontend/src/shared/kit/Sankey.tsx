import { clsx as cx } from "clsx";
import { useTranslation } from "react-i18next";
import { useFormat } from "../format";
import { layOut, type Flow, type PlacedNode } from "./sankeyLayout";

const STROKES = {
  accent: "stroke-accent",
  positive: "stroke-positive",
  warning: "stroke-warning",
  negative: "stroke-negative",
  info: "stroke-info",
  neutral: "stroke-faint",
} as const;

export interface SankeyFlow extends Flow {
  tone?: keyof typeof STROKES;
}

interface SankeyProps {
  /** Amounts in minor units; `from` and `to` are the names shown. */
  flows: readonly SankeyFlow[];
  currency: string;
  label: string;
  /** Room for long names: what stands behind a " · " has a line of its own. */
  roomy?: boolean;
}

const FRAME = { width: 430, height: 180, margin: 104, gap: 17, bar: 9 };
const ROOMY = { ...FRAME, margin: 150, gap: 34, height: 210 };

/** Where money went, ribbon by ribbon; the same as a table for those who cannot see it. */
export function Sankey({ flows, currency, label, roomy = false }: SankeyProps) {
  const { t } = useTranslation("kit");
  const { amount } = useFormat();
  const frame = roomy ? ROOMY : FRAME;
  const placed = layOut(flows, frame);
  const words = (value: number) => amount({ amount: value, currency });
  return (
    <figure dir="ltr" className="overflow-x-clip">
      <svg
        aria-hidden
        viewBox={`0 -14 ${frame.width} ${frame.height + 28}`}
        className="w-full overflow-visible"
      >
        {placed.flows.map((flow, index) => (
          <path
            key={`${flow.from} ${flow.to}`}
            d={flow.path}
            fill="none"
            strokeWidth={flow.thickness}
            className={cx(
              "opacity-35 transition-opacity duration-150 hover:opacity-60 dark:opacity-50",
              STROKES[flows[index]?.tone ?? "accent"],
            )}
          />
        ))}
        {placed.nodes.map((node) => (
          <g key={node.id}>
            <rect x={node.x} y={node.y} width={FRAME.bar} height={node.height} rx={2} className="fill-text" />
            <NodeWords node={node} last={node.column === placed.columns - 1} amount={words(node.amount)} />
          </g>
        ))}
      </svg>
      {/* A table is as wide as its words, also where nobody sees it: what holds it is not. */}
      <div className="sr-only">
        <table>
          <caption>{label}</caption>
          <thead>
            <tr>
              <th scope="col">{t("flow_from")}</th>
              <th scope="col">{t("flow_to")}</th>
              <th scope="col">{t("flow_amount")}</th>
            </tr>
          </thead>
          <tbody>
            {flows.map((flow) => (
              <tr key={`${flow.from} ${flow.to}`}>
                <td>{flow.from}</td>
                <td>{flow.to}</td>
                <td>{words(flow.amount)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function NodeWords({ node, last, amount }: { node: PlacedNode; last: boolean; amount: string }) {
  const middle = node.y + node.height / 2;
  const name = "fill-text text-[10.5px] font-semibold max-sm:text-[13px]";
  const figure = "fill-muted figures font-normal";
  if (node.column > 0 && !last) {
    return (
      <text
        x={node.x + FRAME.bar / 2}
        y={node.first ? node.y - 7 : node.y + node.height + 14}
        textAnchor="middle"
        className={name}
      >
        {node.id} <tspan className={figure}>{amount}</tspan>
      </text>
    );
  }
  const [first = "", ...rest] = node.id.split(" · ");
  const x = last ? node.x + FRAME.bar + 7 : node.x - 7;
  const tall = node.height > 24 || rest.length > 0;
  return (
    <text x={x} y={tall ? middle - 3 : middle + 3.5} textAnchor={last ? "start" : "end"} className={name}>
      {first}{" "}
      <tspan {...(tall ? { x, dy: "1.3em" } : {})} className={figure}>
        {[...rest, amount].join(" · ")}
      </tspan>
    </text>
  );
}
