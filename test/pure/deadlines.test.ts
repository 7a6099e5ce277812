/** Every awaited call of a binding has a deadline, and the list of deadlines matches the code. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";

const WORKER = join(import.meta.dirname, "../../worker");
const NOTE = join(import.meta.dirname, "../../docs/design/deadlines.md");

/** The worker's source files with their comments removed; files that run only at build time are left out. */
const FILES = readdirSync(WORKER, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.startsWith("openapi"))
  .map((path) => ({
    path,
    code: readFileSync(join(WORKER, path), "utf8").replaceAll(/^\s*(?:\/\*\*?|\*|\/\/).*$/gm, ""),
  }));

const filesWith = (pattern: RegExp) => FILES.filter(({ code }) => pattern.test(code)).map(({ path }) => path);

/** `const NAME = 1_500` of the code, by name; a name may occur in several files. */
function valuesOf(name: string): readonly number[] {
  const pattern = new RegExp(`const ${name} = ([\\d_]+|LEASE_MS);`, "g");
  return FILES.flatMap(({ code }) =>
    [...code.matchAll(pattern)].flatMap(([, value = ""]) =>
      value === "LEASE_MS" ? valuesOf(value) : [Number(value.replaceAll("_", ""))],
    ),
  );
}

const ROWS = [...readFileSync(NOTE, "utf8").matchAll(/^\| ([^|]+) \| `(\w+_MS)`\s*\| ([\d.]+)\s*\|/gm)];

describe("deadlines", () => {
  it("a stub of an object is created in seven files, each with a deadline", ({ expect }) => {
    const makes = /\.getByName\(|namespace\.get\(/;
    expect(filesWith(makes).toSorted()).toEqual([
      "archive/client.ts",
      "audit/client.ts",
      "conversation/client.ts",
      "desk/client.ts",
      "inbox/services.ts",
      "people/client.ts",
      "settings/client.ts",
    ]);
    for (const path of filesWith(makes)) {
      const code = FILES.find((file) => file.path === path)?.code ?? "";
      expect(code.match(/timedStub\(/g), path).toHaveLength(code.match(new RegExp(makes, "g"))?.length ?? 0);
    }
  });

  it("a call of KV or of the rate limiter has one", ({ expect }) => {
    const calls = FILES.flatMap(
      ({ path, code }) =>
        [...code.matchAll(/^.*\b(?:kv|KV|limiter)\.(?:get|put|delete|list|limit)\(.*$/gm)].map(([line]) => ({
          path,
          line: line.trim(),
        })),
      // An object's own storage answers at once.
    ).filter(({ path, line }) => !/withTimeout\(|storage\.kv\./.test(line) && !path.endsWith("store.ts"));
    // The publisher's deadline covers what the objects put.
    expect(calls.map(({ path }) => path)).toEqual(["objects/account.ts", "objects/settings.ts"]);
  });

  it("the list has rows", ({ expect }) => {
    expect(ROWS.length).toBeGreaterThan(25);
  });

  it.for(ROWS.map(([, what = "", name = "", seconds = ""]) => [what.trim(), name, seconds] as const))(
    "of %s is %s, %s s",
    ([, name, seconds], { expect }) => {
      expect(valuesOf(name)).toContain(Number(seconds) * 1_000);
    },
  );
});
