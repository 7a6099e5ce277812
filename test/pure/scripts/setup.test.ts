/** The parts of `npm run setup`; the whole of it is in test/node/setup.test.ts. */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { afterEach, beforeEach, describe, it } from "vitest";
import { describeConsole } from "../../../scripts/setup/console-text.ts";
import { setEnvValues, writePrivateFile } from "../../../scripts/setup/env-text.ts";
import { readSetupOptions, type OptionSources } from "../../../scripts/setup/options.ts";
import { createScreen } from "../../../scripts/setup/screen.ts";
import { decideValues, findConflicts, findLastingFault, type ValueSources } from "../../../scripts/setup/values.ts";
import { hasForm, makeValue, VARIABLE_NAMES, VARIABLES } from "../../../scripts/setup/variables.ts";
import { wranglerProgram } from "../../../scripts/setup/wrangler.ts";
import { readConfig } from "../../../worker/config/config.ts";

const APPID = "wx0123456789abcdef";
const SECRET = "0123456789abcdef0123456789abcdef";
const TOKEN = "brought0Token";

describe("wrangler", () => {
  it("is the one on the PATH; on Windows, where that is a batch file, the project's own", ({ expect }) => {
    for (const platform of ["linux", "darwin"] as const) expect(wranglerProgram(platform)).toEqual(["wrangler"]);
    const [program, script = "", ...more] = wranglerProgram("win32");
    expect([program, more]).toEqual([process.execPath, []]);
    expect(existsSync(script)).toBe(true);
  });
});

describe("a generated value", () => {
  it("has its format and is accepted by the worker, for any number of tries", ({ expect }) => {
    for (let count = 0; count < 200; count += 1) {
      const made = Object.fromEntries(
        VARIABLE_NAMES.flatMap((name) => {
          const value = makeValue(name, randomBytes);
          return value === undefined ? [] : [[name, value]];
        }),
      );
      expect(Object.keys(made)).toEqual([
        "WECHAT_TOKEN",
        "WECHAT_ENCODING_AES_KEY",
        "API_KEYS",
        "DATA_KEY",
        "CONTEXT_KEY",
        "WEBHOOK_SECRET",
      ]);
      for (const name of VARIABLE_NAMES) if (made[name] !== undefined) expect(hasForm(name, made[name])).toBe(true);
      expect(readConfig({ WECHAT_APPID: APPID, WECHAT_APP_SECRET: SECRET, ...made })).toMatchObject({ ok: true });
    }
  });

  it("differs each time", ({ expect }) => {
    const keys = Array.from({ length: 50 }, () => makeValue("WECHAT_ENCODING_AES_KEY", randomBytes));
    expect(new Set(keys).size).toBe(50);
  });

  it("has evenly distributed characters, and a last one that strict decoders accept", ({ expect }) => {
    const counts = new Map<string, number>();
    for (let count = 0; count < 5_000; count += 1) {
      const key = makeValue("WECHAT_ENCODING_AES_KEY", randomBytes) ?? "";
      if (count < 100) expect(Buffer.from(`${key}=`, "base64").toString("base64")).toBe(`${key}=`);
      for (const letter of key.slice(0, 42)) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    expect(counts.size).toBe(62);
    // Each character should occur 3387 ± 58 times; taking bytes modulo 62 would give the first eight of them 700 more.
    for (const count of counts.values()) expect(Math.abs(count - 3_387)).toBeLessThan(400);
  });

  it("is never one that only the user can know", ({ expect }) => {
    expect(makeValue("WECHAT_APPID", randomBytes)).toBeUndefined();
    expect(makeValue("WECHAT_APP_SECRET", randomBytes)).toBeUndefined();
  });
});

describe("which value is used", () => {
  const names = ["WECHAT_APP_SECRET", "WECHAT_TOKEN"] as const;
  const decide = (sources: Partial<ValueSources>) =>
    decideValues({ names, brought: {}, existing: {}, force: false, renew: false, random: randomBytes, ...sources });
  const there = { WECHAT_APP_SECRET: SECRET, WECHAT_TOKEN: "thereToken" };

  it("keeps existing values", ({ expect }) => {
    expect(decide({ existing: there })).toEqual([
      { name: "WECHAT_APP_SECRET", origin: "kept", value: SECRET },
      { name: "WECHAT_TOKEN", origin: "kept", value: "thereToken" },
    ]);
    expect(decide({ existing: { WECHAT_APP_SECRET: null }, brought: { WECHAT_APP_SECRET: SECRET } })[0]).toEqual({
      name: "WECHAT_APP_SECRET",
      origin: "kept",
    });
  });

  it("prefers given values to generated ones, and to existing ones with --force", ({ expect }) => {
    const brought = { WECHAT_APP_SECRET: SECRET, WECHAT_TOKEN: TOKEN };
    expect(decide({ brought })).toMatchObject([{ origin: "brought" }, { origin: "brought", value: TOKEN }]);
    expect(decide({ brought, existing: there })[1]).toMatchObject({ origin: "kept" });
    expect(decide({ brought, existing: there, force: true })[1]).toMatchObject({ origin: "brought", value: TOKEN });
  });

  it("regenerates only values that can be generated", ({ expect }) => {
    expect(decide({ existing: there, renew: true })).toMatchObject([{ origin: "kept" }, { origin: "made" }]);
  });

  it("keeps the key of sealed data even then, and generates one when there is none", ({ expect }) => {
    const decideKey = (existing: ValueSources["existing"]) => decide({ names: ["DATA_KEY"], existing, renew: true });
    expect(decideKey({ DATA_KEY: null })).toEqual([{ name: "DATA_KEY", origin: "kept" }]);
    expect(decideKey({})).toMatchObject([{ origin: "made", value: expect.stringMatching(/^[\w+/]{43}=$/) }]);
  });

  it("refuses another key of sealed data than the existing one, even with --force", ({ expect }) => {
    const faultOf = (existing: ValueSources["existing"]) => {
      const brought = { DATA_KEY: "new", WECHAT_TOKEN: TOKEN };
      const fault = findLastingFault({ names, brought, existing, force: true, renew: false, random: randomBytes });
      return fault && `${fault.wrong.en} ${fault.cure.en}`;
    };
    for (const old of ["old", null]) {
      expect(faultOf({ DATA_KEY: old })).toMatch(/DATA_KEY is already set.*_PREVIOUS \(docs.how-to.rotate-secrets/);
    }
    expect(faultOf({ DATA_KEY: "new" })).toBeUndefined();
    expect(faultOf({ WECHAT_TOKEN: "another" })).toBeUndefined();
  });

  it("leaves out unknown values", ({ expect }) => {
    expect(decide({})).toMatchObject([{ name: "WECHAT_TOKEN", origin: "made" }]);
  });

  it("names conflicts: a different existing value, or one that cannot be compared", ({ expect }) => {
    const conflicts = (existing: ValueSources["existing"], force = false) =>
      findConflicts({
        names,
        brought: { WECHAT_TOKEN: TOKEN, API_KEYS: "k".repeat(16) },
        existing,
        force,
        renew: false,
        random: randomBytes,
      });
    expect(conflicts({ WECHAT_TOKEN: TOKEN })).toEqual([]);
    expect(conflicts({ WECHAT_TOKEN: "another" })).toEqual(["WECHAT_TOKEN"]);
    expect(conflicts({ WECHAT_TOKEN: null })).toEqual(["WECHAT_TOKEN"]);
    expect(conflicts({ WECHAT_TOKEN: "another" }, true)).toEqual([]);
    // An API key may be given only to call a worker that already has it.
    expect(conflicts({ API_KEYS: null })).toEqual([]);
  });
});

describe("the command line", () => {
  const read = (args: readonly string[], sources: Partial<OptionSources> = {}) =>
    readSetupOptions({ args, env: {}, isTerminal: false, ...sources });

  it("reads secrets from the environment and from standard input, never from flags", ({ expect }) => {
    const args = ["--local", "--yes", "--appid", APPID, "--secret-env", "MY_SECRET", "--stdin"];
    const result = read(args, { env: { MY_SECRET: SECRET }, stdin: `WECHAT_TOKEN=${TOKEN}\n` });
    expect(result).toMatchObject({
      value: {
        target: "local",
        yes: true,
        brought: { WECHAT_APPID: APPID, WECHAT_APP_SECRET: SECRET, WECHAT_TOKEN: TOKEN },
      },
    });
    expect(read(["--local", "--yes", "--secret", SECRET])).toMatchObject({ ok: false });
    expect(read(["--local", "--yes", SECRET])).toMatchObject({ ok: false });
  });

  it("reads only named variables of the environment", ({ expect }) => {
    const env = { WECHAT_APP_SECRET: SECRET, WECHAT_TOKEN: TOKEN, API_KEYS: "k".repeat(20) };
    expect(read(["--local", "--yes"], { env })).toMatchObject({ ok: true, value: { brought: {} } });
  });

  it("reports all problems at once, and repeats nothing of the input", ({ expect }) => {
    const typed = "Typed-By-Mistake";
    const result = read(
      [
        "--local",
        "--cloudflare",
        "--appid",
        typed,
        "--secret-env",
        typed,
        "--domain",
        typed,
        "--url",
        typed,
        "--wait-minutes",
        typed,
        "--stdin",
      ],
      { stdin: `${typed}=1\nWECHAT_TOKEN=${typed}\n` },
    );
    const words = JSON.stringify(result);
    expect(result).toMatchObject({ ok: false });
    for (const named of [
      "--local",
      "WECHAT_APPID",
      "--secret-env",
      "--domain",
      "--url",
      "--wait-minutes",
      "WECHAT_TOKEN",
      "--yes",
    ]) {
      expect(words).toContain(named);
    }
    expect(!result.ok && result.error).toHaveLength(9);
    expect(words).not.toContain(typed);
  });

  it("asks no questions without a terminal", ({ expect }) => {
    expect(JSON.stringify(read(["--local"]))).toContain("--yes");
    expect(read(["--local"], { isTerminal: true })).toMatchObject({ ok: true });
    expect(read(["--yes"])).toMatchObject({ ok: false });
  });

  it("shows its help with any other arguments", ({ expect }) => {
    expect(read(["--help", "--local", "--cloudflare"])).toEqual({ ok: true, value: "help" });
  });

  it.for(VARIABLE_NAMES)("refuses a malformed %s with the correct form", (name, { expect }) => {
    const result = read(["--local", "--yes", "--stdin"], { stdin: `${name}=no!\n` });
    expect(!result.ok && result.error[0]?.zh).toContain(VARIABLES[name].what.zh);
    expect(!result.ok && result.error[0]?.en).toContain(name);
  });
});

describe(".dev.vars", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "kefu-setup-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("keeps comments, order and everything it does not set", ({ expect }) => {
    const text = '# mine\nRETENTION_DAYS=7\n\nexport WECHAT_TOKEN = old # why\nORDERS_URL="http://127.0.0.1:1"';
    const set = setEnvValues(text, { WECHAT_TOKEN: "new", API_KEYS: "k" });
    expect(set).toBe('# mine\nRETENTION_DAYS=7\n\nWECHAT_TOKEN="new"\nORDERS_URL="http://127.0.0.1:1"\nAPI_KEYS="k"\n');
    expect(setEnvValues(set, {})).toBe(set);
  });

  it("sets the last entry when a name occurs twice", ({ expect }) => {
    const set = setEnvValues("A=1\nA=2\n", { A: "3" }) ?? "";
    expect(parseEnv(set)["A"]).toBe("3");
  });

  it("begins a new file with a warning", ({ expect }) => {
    expect(setEnvValues(undefined, { A: "1" })).toMatch(/^# .*git[^]*\nA="1"\n$/);
  });

  it("can be read only by its owner, even if others could read it before", async ({ expect }) => {
    const path = join(folder, ".dev.vars");
    await writeFile(path, "old", { mode: 0o644 });
    await writePrivateFile(path, "new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe("600");
  });
});

describe("the output", () => {
  it("never shows a hidden text, also in the output of other tools", ({ expect }) => {
    let shown = "";
    const screen = createScreen((text) => (shown += text));
    screen.hide([SECRET, TOKEN, ""]);
    screen.text(`wrangler says: ${SECRET}`);
    screen.done({ zh: `好 ${TOKEN}`, en: "good" }, SECRET);
    screen.problem({ zh: SECRET, en: TOKEN }, { zh: TOKEN, en: TOKEN });
    expect(shown).not.toMatch(new RegExp(`${SECRET}|${TOKEN}`));
    expect(shown).toContain("wrangler says: ***");
  });
});

describe("the fields of the console", () => {
  it("show URL, generated values, the mode and the format, and not the user's values", ({ expect }) => {
    const text = describeConsole(
      "https://kefu.example.com",
      [
        { name: "WECHAT_TOKEN", origin: "made", value: "madeToken" },
        { name: "WECHAT_ENCODING_AES_KEY", origin: "brought", value: "broughtKey" },
      ],
      "secure",
    );
    expect(text).toMatch(/URL（服务器地址） +https:\/\/kefu\.example\.com\/wechat\/message\n/);
    expect(text).toMatch(/Token（令牌） +madeToken\n/);
    expect(text).toMatch(/EncodingAESKey（消息加解密密钥） +您提供的值/);
    expect(text).toMatch(/消息加解密方式 +安全模式/);
    expect(text).toMatch(/数据格式 +XML/);
    expect(text).not.toContain("broughtKey");
    expect(describeConsole("https://kefu.example.com", [], "compatible")).toContain("兼容模式");
  });
});
