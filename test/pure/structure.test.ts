/** The limits of the source tree that no linter checks, and errors in the linter's own configuration. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";

/** Files in one folder of `worker/`, its README included. */
const MAX_FILES = 15;

describe("a folder of worker/", () => {
  it("holds at most 15 files", ({ expect }) => {
    const entries = readdirSync(join(ROOT, "worker"), { recursive: true, withFileTypes: true });
    const counts = new Map<string, number>();
    for (const { parentPath } of entries.filter((entry) => entry.isFile())) {
      counts.set(parentPath, (counts.get(parentPath) ?? 0) + 1);
    }
    expect(counts.size).toBeGreaterThan(20);
    expect([...counts].filter(([, count]) => count > MAX_FILES)).toEqual([]);
  });
});

describe("a pattern of .oxlintrc.json", () => {
  it("has no lookaround, which oxlint treats as a pattern that matches nothing", ({ expect }) => {
    const rules = readFileSync(join(ROOT, ".oxlintrc.json"), "utf8");
    const patterns = [...rules.matchAll(/"regex": "(.*)"/g)].map(([, pattern]) => pattern);
    expect(patterns.length).toBeGreaterThan(30);
    expect(patterns.filter((pattern) => pattern?.includes("(?"))).toEqual([]);
  });
});
