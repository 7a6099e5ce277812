/** `npm run settings`: pull and push, against a worker that compares versions as the real one does. */
import { beforeEach, describe, it } from "vitest";
import { createKefuClient } from "../../../client/index.ts";
import { check, pull, push, type SettingsPorts, type SettingsRun } from "../../../scripts/settings/commands.ts";
import { parseDocument } from "../../../shared/api/settings/document-input.ts";
import { DEFAULT_DOCUMENT, type SettingsDocument } from "../../../shared/api/settings/document.ts";
import type { BilingualText } from "../../../shared/base/bilingual.ts";

const URL_OF_WORKER = "https://kefu.test";
const SCHEMA = "./public/api/settings.schema.json";

/** A worker with one document. */
class FakeWorker {
  version = 0;
  document: SettingsDocument = DEFAULT_DOCUMENT;
  /** Runs once before a PUT is handled. */
  beforePut = (): void => {};
  /** Runs before every answer. */
  beforeAnswer = (): void => {};
  /** The status of every answer; undefined: as the worker answers. */
  fails: Response | undefined;

  store(defaults: object): void {
    const parsed = parseDocument({ defaults });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    this.document = parsed.value;
    this.version += 1;
  }

  readonly fetch = async (_url: string, init: RequestInit): Promise<Response> => {
    this.beforeAnswer();
    if (this.fails !== undefined) return this.fails.clone();
    if (init.method === "PUT") {
      this.beforePut();
      this.beforePut = () => {};
      if (new Headers(init.headers).get("if-match") !== `"${this.version}"`) {
        return problem(412, "version_mismatch", { version: this.version });
      }
      const { defaults } = JSON.parse(typeof init.body === "string" ? init.body : "");
      if (defaults.fallback.type === "webhook") {
        const problems = [{ reason: "invalid", path: "defaults.webhooks", problem: "has no secret", cure: "set one" }];
        return problem(422, "invalid_settings", { problems });
      }
      this.store(defaults);
    }
    const { version, document } = this;
    return Response.json({ version, ...document }, { headers: { etag: `"${version}"` } });
  };
}

function problem(status: number, code: string, facts: object): Response {
  return Response.json({ title: "拒绝 / refused", detail: "改正 / correct it", status, code, ...facts }, { status });
}

let worker: FakeWorker;
/** The files by name. */
let files: Map<string, string>;
/** Why the file cannot be written; undefined: it can. */
let unwritable: BilingualText | undefined;
beforeEach(() => {
  unwritable = undefined;
  worker = new FakeWorker();
  files = new Map();
});

/** Runs a command. @returns its exit code and what it printed */
async function run(command: "pull" | "push" | "check", changes: Partial<SettingsRun> = {}) {
  const lines: string[] = [];
  const given: SettingsRun = {
    path: "settings.json",
    text: files.get("settings.json"),
    url: URL_OF_WORKER,
    schema: SCHEMA,
    ...changes,
  };
  const ports: SettingsPorts = {
    worker: createKefuClient({ baseUrl: given.url, apiKey: "key-0123456789abcdef", attempts: 1, fetch: worker.fetch }),
    read: async () => files.get("settings.json"),
    write: async (text) => {
      if (unwritable === undefined) files.set("settings.json", text);
      return unwritable;
    },
    keep: async (text) => {
      const name = `settings.kept-${files.size}.json`;
      files.set(name, text);
      return name;
    },
    print: (line) => lines.push(line),
  };
  const code = command === "check" ? check(ports, given) : await (command === "pull" ? pull : push)(ports, given);
  return { code, shown: lines.join("\n") };
}

/** Changes the pulled file as an editor would. */
function edit(from: string, to: string): void {
  const text = files.get("settings.json") ?? "";
  if (!text.includes(from)) throw new Error(`the file does not contain ${from}`);
  files.set("settings.json", text.replace(from, to));
}

const headOf = () => {
  const { $schema, $from, version } = JSON.parse(files.get("settings.json") ?? "{}");
  return { $schema, $from, version };
};

const rule = (id: string, words: string[], priority = 0) => ({
  id,
  name: id,
  priority,
  match: { type: "any", words },
  action: { type: "silent" },
});
const SILENT = { fallback: { type: "silent" } };

describe("npm run settings -- pull", () => {
  it("writes the document with schema, worker and version", async ({ expect }) => {
    worker.store(SILENT);
    expect(await run("pull")).toMatchObject({ code: 0, shown: expect.stringContaining("wrote version 1") });
    expect(headOf()).toEqual({ $schema: SCHEMA, $from: URL_OF_WORKER, version: 1 });
    expect(JSON.parse(files.get("settings.json") ?? "").defaults.fallback).toEqual({ type: "silent" });
    expect(await run("check")).toMatchObject({ code: 0 });
  });

  it("keeps a former file with other settings, and lists the differences", async ({ expect }) => {
    await run("pull");
    edit('"handover"', '"silent"');
    const edited = files.get("settings.json");
    const { code, shown } = await run("pull");
    expect(code).toBe(0);
    expect(files.get("settings.kept-1.json")).toBe(edited);
    expect(shown).toContain("kept as settings.kept-1.json");
    expect(shown).toContain("defaults.fallback.type");
    expect(files.get("settings.json")).toContain('"handover"');
  });

  it("keeps a former file that is not JSON", async ({ expect }) => {
    files.set("settings.json", "not JSON");
    expect(await run("pull")).toMatchObject({ code: 0 });
    expect([...files.values()]).toContain("not JSON");
  });

  it("changes only the version of a file with equal settings", async ({ expect }) => {
    await run("pull");
    const formatted = `${(files.get("settings.json") ?? "").trimEnd()}   \n\n`;
    files.set("settings.json", formatted);
    worker.store(DEFAULT_DOCUMENT.defaults);
    expect(await run("pull")).toMatchObject({ code: 0, shown: expect.stringContaining("equals version 1") });
    expect(files).toEqual(new Map([["settings.json", formatted.replace('"version": 0', '"version": 1')]]));
  });

  it.for(["a former file", "no file"])("keeps what was saved while it runs: %s", async (before, { expect }) => {
    if (before === "a former file") files.set("settings.json", JSON.stringify({ defaults: SILENT }));
    const saved = JSON.stringify({ defaults: { ...SILENT, muteAfterApiMinutes: 7 } });
    worker.beforeAnswer = () => files.set("settings.json", saved);
    expect(await run("pull")).toMatchObject({
      code: 0,
      shown: expect.stringContaining("kept as settings.kept-1.json"),
    });
    expect(files.get("settings.kept-1.json")).toBe(saved);
    expect(headOf().$from).toBe(URL_OF_WORKER);
  });

  it("reports a file that cannot be written", async ({ expect }) => {
    unwritable = { zh: "无法写入", en: "it cannot be written (EPERM)" };
    const { code, shown } = await run("pull");
    expect([code, files.size]).toEqual([1, 0]);
    expect(shown).toContain("it cannot be written (EPERM)");
    expect(shown).toContain("close the file");
    expect(shown).not.toContain("✓");
  });

  it("writes nothing when the worker refuses or does not answer", async ({ expect }) => {
    worker.fails = problem(401, "unauthorized", {});
    expect(await run("pull")).toMatchObject({ code: 1, shown: expect.stringContaining("unauthorized") });
    worker.fails = new Response("<html>", { status: 502 });
    expect(await run("pull")).toMatchObject({ code: 1, shown: expect.stringContaining("npm run doctor") });
    expect(files.size).toBe(0);
  });
});

describe("npm run settings -- push", () => {
  it("stores the changes and notes the new version without reformatting the file", async ({ expect }) => {
    await run("pull");
    edit('"handover"', '"silent"   ');
    const { code, shown } = await run("push");
    expect(code).toBe(0);
    expect(shown).toContain("stored as version 1");
    expect(shown).toContain("defaults.fallback.type");
    expect(worker.document.defaults.fallback).toEqual({ type: "silent" });
    expect(headOf().version).toBe(1);
    expect(files.get("settings.json")).toContain('"silent"   ');
    expect(await run("push")).toMatchObject({ code: 0, shown: expect.stringContaining("has these settings already") });
    expect(worker.version).toBe(1);
  });

  it("overwrites no newer version, and shows what differs and what to do", async ({ expect }) => {
    worker.store({ ...SILENT, rules: [rule("price", ["价格"]), rule("refund", ["退款"])] });
    await run("pull");
    edit('"价格"', '"多少钱"');
    const edited = files.get("settings.json");
    worker.store({ ...SILENT, rules: [rule("hours", ["营业"]), rule("price", ["价格"]), rule("refund", ["退款"], 7)] });
    const { code, shown } = await run("push");
    expect(code).toBe(1);
    expect(worker.version).toBe(2);
    expect(files.get("settings.json")).toBe(edited);
    expect(shown).toContain("the worker has version 2, and the file was pulled from version 1");
    expect(shown).toContain("npm run settings -- pull --url https://kefu.test --file settings.json");
    const paths = shown.split("\n").filter((line) => /^ {2}defaults/.test(line));
    expect(paths).toEqual([
      "  defaults.rules[price].match.words[0]",
      "  defaults.rules[refund].priority",
      "  defaults.rules[hours]",
    ]);
    expect(shown).toContain('文件 / file    "多少钱"\n    服务 / worker  "价格"');
    expect(shown).not.toContain("--force");
  });

  it("overwrites no version that is stored while it runs", async ({ expect }) => {
    await run("pull");
    edit('"handover"', '"silent"');
    worker.beforePut = () => worker.store({ ...SILENT, muteAfterApiMinutes: 9 });
    const { code, shown } = await run("push");
    expect([code, worker.version]).toEqual([1, 1]);
    expect(shown).toContain("defaults.muteAfterApiMinutes");
  });

  it.for([
    ["the settings are stored", '"handover"', '"silent"'],
    ["the worker has them already", '"version": 0', '"version": 9'],
  ] as const)("does not overwrite a file that was saved while it runs: %s", async ([, from, to], { expect }) => {
    await run("pull");
    edit(from, to);
    const saved = JSON.stringify({ defaults: { ...SILENT, muteAfterApiMinutes: 7 } });
    worker.beforeAnswer = () => files.set("settings.json", saved);
    const { code, shown } = await run("push");
    expect([code, files.get("settings.json")]).toEqual([1, saved]);
    expect(shown).toContain("settings.json was changed during the run");
    expect(shown).toContain("npm run settings -- pull --url https://kefu.test --file settings.json");
  });

  it("says that the settings are stored when the version cannot be written into the file", async ({ expect }) => {
    await run("pull");
    edit('"handover"', '"silent"');
    unwritable = { zh: "无法写入", en: "it cannot be written (EPERM)" };
    const { code, shown } = await run("push");
    expect([code, worker.version]).toEqual([1, 1]);
    expect(shown).toContain("stored as version 1");
    expect(shown).toContain("the version was not written into the file: it cannot be written (EPERM)");
    expect(shown).toContain("close the file");
  });

  it("does not use the version of another worker", async ({ expect }) => {
    worker.store(SILENT);
    await run("pull", { url: "https://staging.test" });
    worker = new FakeWorker();
    worker.store({ ...SILENT, muteAfterApiMinutes: 9 });
    const { code, shown } = await run("push");
    expect([code, worker.version]).toEqual([1, 1]);
    expect(shown).toContain("the file was not pulled from https://kefu.test");
  });

  it("does not take the same version for the one it was pulled from when the worker's data was deleted", async ({
    expect,
  }) => {
    worker.store(SILENT);
    await run("pull");
    edit('"Asia/Shanghai"', '"Asia/Tokyo"');
    const edited = files.get("settings.json");
    worker = new FakeWorker();
    worker.store({ ...SILENT, muteAfterApiMinutes: 9 });
    const { code, shown } = await run("push");
    expect([code, worker.version, files.get("settings.json")]).toEqual([1, 1, edited]);
    expect(shown).toContain("the worker's version 1 is not the one that the file was pulled from");
    expect(shown).toContain("defaults.muteAfterApiMinutes");
  });

  it("compares only the version of a file without a hash, and adds the hash", async ({ expect }) => {
    worker.store(SILENT);
    await run("pull");
    edit(/ {2}"\$hash": "\w+",\n/.exec(files.get("settings.json") ?? "")?.[0] ?? "no hash", "");
    edit('"Asia/Shanghai"', '"Asia/Tokyo"   ');
    expect(await run("push")).toMatchObject({ code: 0 });
    expect(files.get("settings.json")).toMatch(
      /^\{\n {2}"\$schema".*\n {2}"\$from".*\n {2}"\$hash": "\w{16}",\n {2}"version": 2,\n/,
    );
    expect(files.get("settings.json")).toContain('"Asia/Tokyo"   ');
    edit('"Asia/Tokyo"', '"Asia/Seoul"');
    expect(await run("push")).toMatchObject({ code: 0, shown: expect.stringContaining("stored as version 3") });
  });

  it("stores a file of another worker, or one written by hand, when no settings are stored", async ({ expect }) => {
    files.set("settings.json", JSON.stringify({ defaults: SILENT }));
    expect(await run("push")).toMatchObject({ code: 0 });
    expect(headOf()).toEqual({ $schema: undefined, $from: URL_OF_WORKER, version: 1 });
    worker = new FakeWorker();
    expect(await run("push", { url: "https://other.test" })).toMatchObject({ code: 0 });
    expect(headOf().$from).toBe("https://other.test");
  });

  it("sends nothing while the file has problems", async ({ expect }) => {
    files.set("settings.json", JSON.stringify({ defaults: {} }));
    worker.fails = new Response(null, { status: 500 });
    expect(await run("push")).toMatchObject({
      code: 1,
      shown: expect.stringContaining("defaults.fallback is missing"),
    });
    files.clear();
    expect(await run("push")).toMatchObject({ code: 1, shown: expect.stringContaining("file not found") });
  });
});
