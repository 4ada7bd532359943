export interface Flow {
  from: string;
  to: string;
  amount: number;
}

export interface PlacedNode {
  id: string;
  column: number;
  /** Stands on top of its column. */
  first: boolean;
  x: number;
  y: number;
  height: number;
  amount: number;
}

export interface PlacedFlow extends Flow {
  path: string;
  thickness: number;
}

interface Frame {
  width: number;
  height: number;
  /** Room for the words left and right. */
  margin: number;
  gap: number;
  bar: number;
}

/** Columns by distance from the source; heights by amount; flows stacked in the order given. */
export function layOut(
  flows: readonly Flow[],
  frame: Frame,
): { nodes: PlacedNode[]; flows: PlacedFlow[]; columns: number } {
  const ids = [...new Set(flows.flatMap(({ from, to }) => [from, to]))];
  const column = columnsOf(ids, flows);
  const columns = Math.max(0, ...column.values()) + 1;
  const amount = (id: string) =>
    Math.max(sum(flows.filter((flow) => flow.from === id)), sum(flows.filter((flow) => flow.to === id)));
  const stacks = Array.from({ length: columns }, (_, index) => ids.filter((id) => column.get(id) === index));
  const scale = Math.min(
    ...stacks.map(
      (stack) =>
        (frame.height - frame.gap * (stack.length - 1)) /
        Math.max(
          1,
          stack.reduce((total, id) => total + amount(id), 0),
        ),
    ),
    (frame.height * 0.66) / Math.max(1, ...ids.map(amount)),
  );
  const step = columns > 1 ? (frame.width - 2 * frame.margin - frame.bar) / (columns - 1) : 0;
  const nodes = stacks.flatMap((stack, index) => {
    const total =
      stack.reduce((height, id) => height + amount(id) * scale, 0) + frame.gap * (stack.length - 1);
    let y = (frame.height - total) / 2;
    return stack.map((id, place) => {
      const height = Math.max(2, amount(id) * scale);
      const node = {
        id,
        column: index,
        first: place === 0,
        x: frame.margin + index * step,
        y,
        height,
        amount: amount(id),
      };
      y += amount(id) * scale + frame.gap;
      return node;
    });
  });
  return { nodes, flows: ribbons(flows, nodes, scale, frame.bar), columns };
}

function columnsOf(ids: readonly string[], flows: readonly Flow[]): Map<string, number> {
  const column = new Map(ids.map((id) => [id, 0]));
  // A path through n nodes has n - 1 steps: after that many rounds nothing moves, and a circle cannot hold us up.
  ids.forEach(() => {
    for (const { from, to } of flows)
      column.set(to, Math.min(ids.length - 1, Math.max(column.get(to) ?? 0, (column.get(from) ?? 0) + 1)));
  });
  return column;
}

function ribbons(
  flows: readonly Flow[],
  nodes: readonly PlacedNode[],
  scale: number,
  bar: number,
): PlacedFlow[] {
  const at = new Map(nodes.map((node) => [node.id, node]));
  const left = new Map<string, number>();
  const right = new Map<string, number>();
  return flows.map((flow) => {
    const [source, target] = [at.get(flow.from), at.get(flow.to)];
    if (!source || !target) return { ...flow, path: "", thickness: 0 };
    const thickness = Math.max(1, flow.amount * scale);
    const y1 = source.y + (right.get(flow.from) ?? 0) + thickness / 2;
    const y2 = target.y + (left.get(flow.to) ?? 0) + thickness / 2;
    right.set(flow.from, (right.get(flow.from) ?? 0) + thickness);
    left.set(flow.to, (left.get(flow.to) ?? 0) + thickness);
    const [x1, x2] = [source.x + bar, target.x];
    const middle = (x1 + x2) / 2;
    return { ...flow, thickness, path: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}` };
  });
}

const sum = (flows: readonly Flow[]) => flows.reduce((total, flow) => total + flow.amount, 0);
