/**
 * `npm run build -w client`: builds the published package `edge-kefu/client` into `client/dist`: one module without
 * imports, its type declarations, and the declarations of the schemas that these are derived from.
 */
import { join } from "node:path";
import { buildClient } from "./lib/build-client.ts";
import { ROOT } from "./lib/build.ts";
import { readFlags } from "./lib/command-line.ts";

readFlags("npm run build -w client\n\n  构建 client/dist / builds client/dist", {});

const dist = join(ROOT, "client/dist");
await buildClient(dist);
console.log(`wrote ${dist}`);
