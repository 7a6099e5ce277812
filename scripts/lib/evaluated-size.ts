/**
 * What a cold start of the worker evaluates: its entry with everything imported statically. What is behind `import()` is
 * uploaded with it and evaluated when it is first needed.
 */
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { rolldown, type OutputChunk } from "rolldown";
import { unstable_readConfig } from "wrangler";
import { ROOT } from "./build.ts";

/** Measures it minified and compressed, KB of 1024 bytes. */
export async function measureEvaluatedKb(): Promise<number> {
  const { alias = {} } = unstable_readConfig({ config: join(ROOT, "wrangler.toml") });
  const bundle = await rolldown({
    input: join(ROOT, "worker/index.ts"),
    platform: "neutral",
    external: /^(cloudflare|node):/,
    resolve: {
      mainFields: ["module", "main"],
      alias: Object.fromEntries(Object.entries(alias).map(([name, path]) => [name, join(ROOT, String(path))])),
    },
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  const chunks = new Map(output.filter((part) => part.type === "chunk").map((chunk) => [chunk.fileName, chunk]));
  const code = [...staticChunks(chunks)].map((chunk) => chunk.code).join("\n");
  return gzipSync(code).byteLength / 1_024;
}

/** The entry and what it reaches by static imports. */
function staticChunks(chunks: ReadonlyMap<string, OutputChunk>): ReadonlySet<OutputChunk> {
  const found = new Set<OutputChunk>();
  const visit = (chunk: OutputChunk | undefined): void => {
    if (chunk === undefined || found.has(chunk)) return;
    found.add(chunk);
    for (const name of chunk.imports) visit(chunks.get(name));
  };
  visit([...chunks.values()].find(({ isEntry }) => isEntry));
  return found;
}
