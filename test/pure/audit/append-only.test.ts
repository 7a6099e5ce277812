/** The code of the audit log has no statement that could change it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { ROOT } from "../../../scripts/lib/build.ts";

describe("the storage of the audit log", () => {
  const source = readFileSync(join(ROOT, "worker/audit/store.ts"), "utf8");
  const statements = [
    ...source.matchAll(/["`](?:select|insert|create|update|delete|replace|drop|alter)\b[^"`]*["`]/gi),
  ];

  it("is read, created and appended to, and nothing else", ({ expect }) => {
    const kinds = statements.map(([statement]) => statement.slice(1).split(/\s/).slice(0, 2).join(" "));
    expect(new Set(kinds)).toEqual(new Set(["select ${COLUMNS}", "create table", "create trigger", "insert into"]));
    expect(source.match(/\bupdate |\bdelete /g)).toEqual(["update ", "delete "]);
    expect(source).toMatch(/create trigger no_change before update .*\n[^]*create trigger no_removal before delete /);
  });
});
