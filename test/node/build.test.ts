import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, it } from "vitest";
import { buildWorker } from "../../scripts/lib/build.ts";

const MAX_GZIP_KB = 80;

describe("the bundle", () => {
  it("is small: at most 80 KB minified and compressed, without zod", async ({ expect }) => {
    const script = await buildWorker("wrangler.toml", "size", ["--minify"]);
    const code = await readFile(script, "utf8");
    expect(gzipSync(code).byteLength / 1_024).toBeLessThan(MAX_GZIP_KB);
    expect(code).not.toContain("ZodError");
  });
});
