/** The desk's page as it is deployed: its size, and that it needs no exception from the content security policy. */
import { gzipSync } from "node:zlib";
import { beforeAll, describe, it } from "vitest";
import { buildDesk, type DeskFiles } from "../../scripts/lib/build-desk.ts";

/** The budget of the first load, script and style, gzip (docs/design/0030-desk-page.md). */
const MAX_BYTES = 100_000;

let files: DeskFiles;
beforeAll(async () => {
  files = await buildDesk();
});

function read(path: string): string {
  const text = files[path];
  if (text === undefined) throw new Error(`${path} was not built`);
  return text;
}

describe("the desk's page", () => {
  it("is small", ({ expect }) => {
    const bytes = gzipSync(read("desk/desk.js")).length + gzipSync(read("desk/desk.css")).length;
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  it("loads only its own files, and has no map of its sources", ({ expect }) => {
    const sources = [...read("desk.html").matchAll(/(?:src|href)="([^"]*)"/g)].map(([, source]) => source);
    expect(sources).toStrictEqual(["/desk/icon.svg", "/desk/desk.css", "/desk/desk.js"]);
    expect(Object.keys(files)).toStrictEqual(["desk.html", "desk/desk.js", "desk/desk.css", "desk/icon.svg"]);
    expect(read("desk/desk.js")).not.toContain("sourceMappingURL");
    expect(read("desk/desk.css")).not.toMatch(/url\(|@import/);
  });

  it("has a map in development", async ({ expect }) => {
    const withMap = await buildDesk(true);
    expect(withMap["desk/desk.js"]).toContain("sourceMappingURL=desk.js.map");
    expect(withMap["desk/desk.js.map"]).toContain("desk-screen.tsx");
  });
});
