import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, it } from "vitest";
import { buildWorker } from "../../scripts/lib/build.ts";
import { measureEvaluatedKb } from "../../scripts/lib/evaluated-size.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { runKefu } from "../../scripts/lib/stack.ts";
import { findTestPorts } from "../support/ports.ts";

/** What a cold start evaluates, and the whole upload, compressed. */
const MAX_EVALUATED_KB = 100;
const MAX_UPLOAD_KB = 220;

/** What makes the API's document, and what that drags along; and what fast-xml-parser would never ask. */
const NEEDLESS =
  /hono-openapi|@standard-community|to-json-schema|quansync|worker\/docs\/|node_modules\/zod|node_modules\/is-unsafe|node_modules\/path-expression-matcher/;

let script: string;
beforeAll(async () => {
  script = await buildWorker("wrangler.toml", "size", ["--minify"]);
});

describe("the bundle", () => {
  it("is small: at most 100 KB are evaluated at a cold start, at most 220 KB uploaded, compressed", async ({
    expect,
  }) => {
    const evaluatedKb = await measureEvaluatedKb();
    expect(evaluatedKb).toBeGreaterThan(40);
    expect(evaluatedKb).toBeLessThan(MAX_EVALUATED_KB);
    expect(gzipSync(await readFile(script)).byteLength / 1_024).toBeLessThan(MAX_UPLOAD_KB);
  });

  it("has nothing that only the build needs, and no zod", async ({ expect }) => {
    const { sources }: { sources: readonly string[] } = JSON.parse(await readFile(`${script}.map`, "utf8"));
    expect(sources).toContainEqual(expect.stringMatching(/worker\/routes\/api\/describe\.ts$/));
    expect(sources.filter((source) => NEEDLESS.test(source))).toEqual([]);
    expect(await readFile(script, "utf8")).not.toContain("ZodError");
  });
});

describe("the built worker", () => {
  let worker: RunningWorker;
  beforeAll(async () => {
    worker = await runKefu(script, await findTestPorts(), {});
  });
  afterAll(() => worker.stop());

  const get = (path: string) => fetch(`${worker.url}${path}`, { redirect: "manual" });

  it("leaves the API's document and page to the platform, with their headers", async ({ expect }) => {
    const [document, page] = await Promise.all([get("/api/openapi.json"), get("/api/docs")]);
    expect(await document.text()).toBe(await readFile("public/api/openapi.json", "utf8"));
    expect(await page.text()).toBe(await readFile("public/api/docs.html", "utf8"));
    expect(page.headers.get("content-security-policy")).toContain("style-src 'sha256-");
    for (const { headers } of [document, page]) expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect((await get("/api/docs.html")).headers.get("location")).toBe("/api/docs");
  });

  it.for([
    ["/healthz", 200],
    ["/wechat/message", 403],
    ["/api", 401],
    ["/api/v1/settings", 401],
    ["/api/nothing", 401],
    ["/api/docs/more", 401],
    ["/_headers", 404],
    ["/", 404],
  ] as const)("answers %s itself, with %i", async ([path, status], { expect }) => {
    expect((await get(path)).status).toBe(status);
  });
});
