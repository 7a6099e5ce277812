/** `npm run build:desk`: builds the desk's page into `public/` and prints its size. */
import { gzipSync } from "node:zlib";
import { buildDesk, writeDesk } from "./lib/build-desk.ts";
import { readFlags } from "./lib/command-line.ts";

const USAGE = `npm run build:desk [-- --map]

  构建客服工作台页面 / builds the desk's page

  --map  附带 source map，只用于开发 / with a source map, for development only`;

const flags = readFlags(USAGE, { map: { type: "boolean" } });
const files = await buildDesk(flags.map === true);
await writeDesk(files);
for (const [path, text] of Object.entries(files)) {
  console.log(`public/${path}  ${(gzipSync(text).length / 1_000).toFixed(1)} kB gzip`);
}
