// Fails when the first page of the storefront needs more JavaScript, gzipped, than it may: what is named here with
// everything it imports statically.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 200_000;
const FIRST_PAGE = ["index.html", "src/areas/storefront/Frame.tsx", "src/features/catalogue/HomePage.tsx"];

const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const needed = new Set();

function need(key) {
  if (needed.has(key)) return;
  if (!manifest[key])
    throw new Error(
      `The build has no chunk for ${key}. Name the storefront's first page in scripts/budget.mjs.`,
    );
  needed.add(key);
  for (const other of manifest[key].imports ?? []) need(other);
}
FIRST_PAGE.forEach(need);

const scripts = [...new Set([...needed].map((key) => manifest[key].file))].filter((file) =>
  file.endsWith(".js"),
);
const sizes = scripts
  .map((file) => [file, gzipSync(readFileSync(`dist/${file}`)).length])
  .sort((a, b) => b[1] - a[1]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
for (const [file, size] of sizes) console.log(`${(size / 1000).toFixed(1).padStart(7)} kB  ${file}`);
console.log(`${(total / 1000).toFixed(1).padStart(7)} kB  of ${LIMIT / 1000} kB`);
if (total > LIMIT) {
  console.error("The storefront's first page is too heavy. Load what it does not show at once lazily.");
  process.exit(1);
}
