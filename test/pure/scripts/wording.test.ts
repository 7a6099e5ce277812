/** Which phrases `npm run check` rejects, and where. */
import { describe, it } from "vitest";
import { findPhrases, isSearched } from "../../../scripts/wording/find-phrases.ts";

const found = (text: string, path = "worker/app.ts") =>
  findPhrases(path, text).map(({ line, found: phrase }) => `${line}: ${phrase}`);

describe("a rejected phrase", () => {
  it("is found in a comment, a text and Chinese, with its line", ({ expect }) => {
    const text = '/** Waits so long. */\nconst cure = "Mended";\n// 一个闹钟\n';
    expect(found(text)).toEqual(["1: so long", "2: Mended", "3: 闹钟"]);
  });

  it("is found across a line break, with what to write instead", ({ expect }) => {
    expect(findPhrases("worker/app.ts", "/**\n * The row it speaks\n   * of, at least.\n */")).toEqual([
      { line: 2, found: "speaks of", write: expect.stringContaining("is about") },
    ]);
  });

  it("may be one that only repaired folders are free of", ({ expect }) => {
    expect(found("// Nobody waits.", "shared/a.ts")).toEqual(["1: Nobody"]);
    expect(found("// Nobody waits.", "examples/a.ts")).toEqual([]);
  });

  it("may be the beginning of a comment", ({ expect }) => {
    expect(found("/** Of a message. */\n/** The size of a message. */\n/**\n * The size\n * of it.\n */")).toEqual([
      "1: /** Of",
    ]);
  });

  it("is not part of a word or a name in code", ({ expect }) => {
    expect(found("recommend, remended; x.mend; mend(1); { mend: 1 }; mend = 2; mend.all; mend-all; so longer")).toEqual(
      [],
    );
  });
});

describe("a file", () => {
  it.for(["worker/app.ts", "docs/storage.md", "test/pure/a.test.ts", "miniprogram/src/a.wxml", ".dev.vars.example"])(
    "is searched: %s",
    (path, { expect }) => expect(isSearched(path)).toBe(true),
  );

  it.for(["client/CHANGELOG.md", "docs/spec/WECHAT.md", "public/api/docs.html", "package-lock.json", "docs/a.png"])(
    "is not searched: %s",
    (path, { expect }) => expect(isSearched(path)).toBe(false),
  );
});
