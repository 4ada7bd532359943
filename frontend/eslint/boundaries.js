import path from "node:path";

/** From the top down: a layer may import itself (see `slice`) and what stands after it. */
const LAYERS = ["app", "areas", "features", "shared"];
const SLICED = new Set(["areas", "features"]);

function place(file, src) {
  const [layer, slice] = path.relative(src, file).split(path.sep);
  return { layer, slice: slice?.replace(/\.\w+$/, ""), rank: LAYERS.indexOf(layer) };
}

/** Says why `from` may not import `to`, or nothing when it may. */
export function objection(from, to, src) {
  const here = place(from, src);
  const there = place(to, src);
  if (here.rank < 0 || there.rank < 0) return undefined;
  if (there.rank < here.rank)
    return `${here.layer} may not import ${there.layer}: imports run ${LAYERS.join(" -> ")}.`;
  if (here.layer === there.layer && SLICED.has(here.layer) && here.slice !== there.slice)
    return `${here.layer}/${here.slice} may not import ${there.layer}/${there.slice}: move what both need to a lower layer.`;
  return undefined;
}

function target(specifier, file, src) {
  if (specifier.startsWith("@/")) return path.join(src, specifier.slice(2));
  if (specifier.startsWith(".")) return path.resolve(path.dirname(file), specifier);
  return undefined;
}

export const boundaries = {
  meta: { type: "problem", schema: [], messages: { refused: "{{reason}}" } },
  create(context) {
    const src = path.join(context.cwd, "src");
    function check(node) {
      const specifier = node.source?.value;
      if (typeof specifier !== "string") return;
      const to = target(specifier, context.filename, src);
      const reason = to && objection(context.filename, to, src);
      if (reason) context.report({ node, messageId: "refused", data: { reason } });
    }
    return {
      ImportDeclaration: check,
      ImportExpression: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
    };
  },
};
