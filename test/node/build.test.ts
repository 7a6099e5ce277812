import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, it } from "vitest";
import { buildWorker } from "../../scripts/lib/build.ts";
import { buildEvaluated, packagesOf } from "../../scripts/lib/evaluated-size.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { runKefu } from "../../scripts/lib/stack.ts";
import { findTestPorts } from "../support/ports.ts";

/** The limit of the code that a cold start evaluates, KB compressed. */
const MAX_EVALUATED_KB = 100;
/** The limit of the whole upload, KB compressed. */
const MAX_UPLOAD_KB = 220;

/**
 * All packages that a cold start evaluates, sorted: hono, valibot, fast-xml-parser, and their dependencies.
 * `fast-xml-builder` of fast-xml-parser is not used.
 */
const EVALUATED_PACKAGES = [
  "@nodable/entities",
  "anynum",
  "fast-xml-parser",
  "hono",
  "is-unsafe",
  "path-expression-matcher",
  "strnum",
  "valibot",
  "xml-naming",
];

/**
 * All packages in the upload, sorted. Not included: zod, and the packages that generate the API document at build time.
 */
const UPLOADED_PACKAGES = ["@hono/standard-validator", ...EVALUATED_PACKAGES];

let script: string;
beforeAll(async () => {
  script = await buildWorker("wrangler.toml", "worker");
});

describe("what a cold start evaluates", () => {
  it("has at most 100 KB, compressed, and of packages only hono, valibot, fast-xml-parser and its dependencies", async ({
    expect,
  }) => {
    const { gzipKb, packages } = await buildEvaluated();
    expect(gzipKb).toBeGreaterThan(40);
    expect(gzipKb).toBeLessThanOrEqual(MAX_EVALUATED_KB);
    expect(packages).toEqual(EVALUATED_PACKAGES);
  });
});

describe("the upload", () => {
  it("has at most 220 KB, compressed", async ({ expect }) => {
    expect(gzipSync(await readFile(script)).byteLength / 1_024).toBeLessThanOrEqual(MAX_UPLOAD_KB);
  });

  it("contains only the packages of a cold start and the API's validator, and nothing that only the build needs", async ({
    expect,
  }) => {
    const { sources }: { sources: readonly string[] } = JSON.parse(await readFile(`${script}.map`, "utf8"));
    expect(packagesOf(sources)).toEqual(UPLOADED_PACKAGES);
    expect(sources).toContainEqual(expect.stringMatching(/worker\/routes\/http\/operation\.ts$/));
    expect(sources.filter((source) => source.includes("worker/openapi/"))).toEqual([]);
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
  ] as const)("answers %s with %i", async ([path, status], { expect }) => {
    expect((await get(path)).status).toBe(status);
  });
});
