/** `npm run build -w miniprogram`: builds the package into `dist` and `types`, and prints its sizes. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { buildMiniprogram, buildMiniprogramTypes } from "./lib/build-miniprogram.ts";
import { readFlags } from "./lib/command-line.ts";

readFlags(
  "npm run build -w miniprogram\n\n  构建 miniprogram/dist 与 miniprogram/types / builds miniprogram/dist and miniprogram/types",
  {},
);

const [dist] = await Promise.all([buildMiniprogram(), buildMiniprogramTypes()]);
const files = await readdir(dist, { recursive: true, withFileTypes: true });
let total = 0;
for (const file of files.filter((entry) => entry.isFile())) {
  const path = join(file.parentPath, file.name);
  const { size } = await stat(path);
  total += size;
  console.log(`${path.slice(dist.length + 1)}  ${(size / 1_024).toFixed(1)} KB`);
}
console.log(`all  ${(total / 1_024).toFixed(1)} KB`);
