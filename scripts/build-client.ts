/**
 * `npm run build -w client`: writes `client/dist`, the published `edge-kefu/client`: one module without imports, and
 * its declarations with those of the schemas they are derived from.
 */
import { join } from "node:path";
import { buildClient } from "./lib/build-client.ts";
import { ROOT } from "./lib/build.ts";
import { readFlags } from "./lib/command-line.ts";

readFlags("npm run build -w client\n\n  构建 client/dist / builds client/dist", {});

const dist = join(ROOT, "client/dist");
await buildClient(dist);
console.log(`wrote ${dist}`);
