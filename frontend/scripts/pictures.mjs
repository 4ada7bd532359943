// Writes public/pictures/NAME.svg for every name in pictures.json ("NAME" or "NAME:its name among the drawings").
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { optimize } from "svgo";

const LARGEST = 60_000;
const OUT = "public/pictures";

const source = createRequire(import.meta.url).resolve("@iconify-json/fluent-emoji/icons.json");
const list = readFileSync("pictures.json", "utf8");
const wanted = new Map(
  Object.values(JSON.parse(list))
    .flat()
    .map((entry) => [entry.split(":")[0], entry.split(":").at(-1)]),
);

const version = createHash("sha256")
  .update(list)
  .update(readFileSync(new URL(import.meta.url)))
  .digest("hex");
const stamp = `${OUT}/.version`;
if (existsSync(stamp) && readFileSync(stamp, "utf8") === version) process.exit(0);

const drawings = JSON.parse(readFileSync(source, "utf8"));
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const wrong = [];
let bytes = 0;
for (const [name, drawing] of wanted) {
  const found = drawings.icons[drawing] ?? drawings.icons[drawings.aliases?.[drawing]?.parent];
  if (!found) {
    wrong.push(`${name}: there is no drawing called ${drawing}`);
    continue;
  }
  const [width, height] = [found.width ?? drawings.width ?? 32, found.height ?? drawings.height ?? 32];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${found.body}</svg>`;
  const { data } = optimize(svg, { floatPrecision: 2, plugins: [{ name: "preset-default" }] });
  if (data.length > LARGEST)
    wrong.push(`${name}: ${data.length} bytes, more than ${LARGEST}; take another drawing`);
  writeFileSync(`${OUT}/${name}.svg`, data);
  bytes += data.length;
}
if (wrong.length > 0) {
  console.error(`pictures.json:\n  ${wrong.join("\n  ")}`);
  process.exit(1);
}
writeFileSync(stamp, version);
console.log(`${wanted.size} pictures, ${Math.round(bytes / wanted.size / 100) / 10} kB each on average`);
