/**
 * Secrets with a line break, quotation marks or a byte order mark: characters around a value are removed, those inside
 * it are reported with the variable's name, because such a value would never match.
 */
import { describe, it } from "vitest";
import { createKefuClient, signContext } from "../../../client/index.ts";
import { readOptions } from "../../../scripts/doctor/options.ts";
import { readLocalValues } from "../../../scripts/lib/local-values.ts";
import { readSetupOptions } from "../../../scripts/setup/options.ts";
import { readConfig } from "../../../worker/config/config.ts";
import { verifyContextToken } from "../../../worker/inbox/receive/verify-context.ts";

const KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const CONTEXT_KEY = "context-test-key-0123456789abcdefgh";
const SECRETS = {
  WECHAT_APPID: "wx0123456789abcdef",
  WECHAT_APP_SECRET: "0123456789abcdef0123456789abcdef",
  WECHAT_TOKEN: "sometoken",
  WECHAT_TOKEN_PREVIOUS: "oldtoken",
  WECHAT_ENCODING_AES_KEY: KEY,
  WECHAT_ENCODING_AES_KEY_PREVIOUS: KEY.split("").toReversed().join(""),
  API_KEYS: "test-key-0123456789abcdef,other-key-0123456789abcdef",
  CONTEXT_KEY,
  CONTEXT_KEY_PREVIOUS: "context-old-key-0123456789abcdefgh",
  WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  WEBHOOK_SECRET_PREVIOUS: "whsec_TGlzdGVuIHRvIHRoZSB3aW5kIHNpbmc0",
  DATA_KEY: "ZGF0YS10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGVmZ2g=",
  DATA_KEY_PREVIOUS: "ZGF0YS1vbGQta2V5LS0wMTIzNDU2Nzg5YWJjZGVmZ2g=",
};
const APP = {
  appid: SECRETS.WECHAT_APPID,
  secret: SECRETS.WECHAT_APP_SECRET,
  token: SECRETS.WECHAT_TOKEN,
  tokenPrevious: SECRETS.WECHAT_TOKEN_PREVIOUS,
  aesKey: KEY,
  aesKeyPrevious: SECRETS.WECHAT_ENCODING_AES_KEY_PREVIOUS,
};
const NAMES = Object.keys(SECRETS);

/** Characters that copying may add around a value. */
const AROUND = [
  ["a line feed", "", "\n"],
  ["a carriage return and a line feed", "", "\r\n"],
  ["a byte order mark", "\uFEFF", ""],
  ["double quotes", '"', '"'],
  ["single quotes", "'", "'"],
  ["typographic quotes", "“", "”"],
  ["spaces and a tab", " ", " \t"],
  ["a no-break space and a zero-width space", "\u00A0", "\u200B"],
  ["a byte order mark, quotes and a line break", '\uFEFF"', '"\r\n'],
] as const;

/** Characters that a value must not contain. */
const INSIDE = [
  ["a line break", "\n"],
  ["a carriage return", "\r"],
  ["a byte order mark", "\uFEFF"],
  ["a zero-width space", "\u200B"],
  ["a NUL", "\0"],
] as const;

const problemsOf = (env: object) => {
  const config = readConfig({ ...env });
  return config.ok ? [] : config.error;
};
const split = (value: string, stray: string) => `${value.slice(0, 5)}${stray}${value.slice(5)}`;

describe.for(AROUND)("around a secret, %s", ([, before, after]) => {
  it.for(NAMES)("is removed from %s", (name, { expect }) => {
    const value = SECRETS[name as keyof typeof SECRETS];
    expect(readConfig({ ...SECRETS, [name]: `${before}${value}${after}` })).toEqual(readConfig(SECRETS));
  });

  it("is removed from the list of apps and every text in it", ({ expect }) => {
    const wrapped = Object.fromEntries(Object.entries(APP).map(([name, value]) => [name, `${before}${value}${after}`]));
    const list = readConfig({ WECHAT_APPS: JSON.stringify([APP]) });
    expect(list.ok).toBe(true);
    expect(readConfig({ WECHAT_APPS: `${before}${JSON.stringify([APP])}${after}` })).toEqual(list);
    expect(readConfig({ WECHAT_APPS: JSON.stringify([wrapped]) })).toEqual(list);
  });

  it("is removed from each key of a list", ({ expect }) => {
    const keys = SECRETS.API_KEYS.split(",");
    const API_KEYS = keys.map((key) => `${before}${key}${after}`).join(",");
    expect(readConfig({ ...SECRETS, API_KEYS })).toMatchObject({ value: { apiKeys: keys } });
  });

  it("is removed by the doctor", ({ expect }) => {
    const { WECHAT_APPID: appid, WECHAT_TOKEN: token, WECHAT_ENCODING_AES_KEY: aesKey } = SECRETS;
    const apiKey = SECRETS.API_KEYS.split(",")[0];
    const env = Object.fromEntries(Object.entries(SECRETS).map(([name, value]) => [name, `${before}${value}${after}`]));
    const sources = { args: ["https://kefu.example.com"], devVars: "", local: {} };
    const target = { url: "https://kefu.example.com", appid, token, aesKey, apiKey };
    expect(readOptions({ ...sources, env })).toEqual({ ok: true, value: { target, json: false } });
    const WECHAT_APPS = `${before}${JSON.stringify([APP])}${after}`;
    expect(readOptions({ ...sources, env: { WECHAT_APPS, API_KEYS: env["API_KEYS"] } })).toEqual({
      ok: true,
      value: { target, json: false },
    });
  });

  it("is removed by setup, before anything is written or uploaded", ({ expect }) => {
    const { WECHAT_APP_SECRET, WECHAT_TOKEN, WECHAT_APPID } = SECRETS;
    const options = readSetupOptions({
      args: [
        "--local",
        "--yes",
        "--appid",
        `${before}${WECHAT_APPID}${after}`,
        "--secret-env",
        "S",
        "--token-env",
        "T",
      ],
      env: { S: `${before}${WECHAT_APP_SECRET}${after}`, T: `${before}${WECHAT_TOKEN}${after}` },
      isTerminal: false,
    });
    expect(options).toMatchObject({ value: { brought: { WECHAT_APPID, WECHAT_APP_SECRET, WECHAT_TOKEN } } });
  });

  it("is removed by the client, so that both ends of a signature have the same key", async ({ expect }) => {
    const expiresAt = 1_790_000_000_000;
    const signed = await signContext(`${before}${CONTEXT_KEY}${after}`, { openid: "oUser1", context: {}, expiresAt });
    const token = signed.ok ? signed.value : "";
    expect(await verifyContextToken(token, "oUser1", [CONTEXT_KEY], 0)).toBe("verified");
    const seen: (string | null)[] = [];
    const kefu = createKefuClient({
      baseUrl: "https://kefu.example.com",
      apiKey: `${before}test-key-0123456789abcdef${after}`,
      attempts: 1,
      fetch: (_url, init) => {
        seen.push(new Headers(init?.headers).get("authorization"));
        return Promise.resolve(Response.json({}));
      },
    });
    await kefu.message("m-1");
    expect(seen).toEqual(["Bearer test-key-0123456789abcdef"]);
  });
});

describe.for([
  ...AROUND.map(([name, before, after]) => [`${name} around each`, before, after, ","] as const),
  ["a space behind the comma", "", "", ", "],
  ["a line break behind the comma", "", "", ",\n"],
] as const)("keys of a list with %s", ([, before, after, comma]) => {
  const keys = SECRETS.API_KEYS.split(",");
  const API_KEYS = keys.map((key) => `${before}${key}${after}`).join(comma);

  it("are read by the doctor as by the worker", ({ expect }) => {
    expect(readConfig({ ...SECRETS, API_KEYS })).toMatchObject({ value: { apiKeys: keys } });
    const sources = { args: ["https://kefu.example.com"], devVars: "", local: {} };
    expect(readOptions({ ...sources, env: { API_KEYS } })).toMatchObject({ value: { target: { apiKey: keys[0] } } });
  });

  it("are read by setup as by the worker", ({ expect }) => {
    const args = ["--local", "--yes", "--api-key-env", "K"];
    const options = readSetupOptions({ args, env: { K: API_KEYS }, isTerminal: false });
    expect(options).toMatchObject({ value: { brought: { API_KEYS: SECRETS.API_KEYS } } });
  });
});

describe.for(INSIDE)("inside a secret, %s", ([, stray]) => {
  it.for(NAMES)("is a problem of %s, without its value", (name, { expect }) => {
    const value = split(SECRETS[name as keyof typeof SECRETS], stray);
    const problems = problemsOf({ ...SECRETS, [name]: value });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.variable).toContain(name);
    expect(JSON.stringify(problems)).not.toContain(value.slice(5));
  });
});

describe.for([
  ["a space", " "],
  ["a quotation mark", '"'],
  ["an apostrophe", "'"],
  ["an escaped line feed", "\\n"],
  ["a full-width letter", "Ａ"],
])("anywhere in a secret, %s", ([, stray = ""]) => {
  it.for(NAMES.filter((name) => !name.startsWith("CONTEXT_KEY")))("is a problem of %s", (name, { expect }) => {
    const problems = problemsOf({ ...SECRETS, [name]: split(SECRETS[name as keyof typeof SECRETS], stray) });
    expect(problems.map(({ variable }) => variable)).toEqual([expect.stringContaining(name)]);
  });

  it("may be in the key of signed contexts, which is any text on one line", ({ expect }) => {
    expect(problemsOf({ ...SECRETS, CONTEXT_KEY: split(CONTEXT_KEY, stray) })).toEqual([]);
  });

  it.for(Object.keys(APP))("is a problem of %s in the list of apps", (name, { expect }) => {
    const app = { ...APP, [name]: split(APP[name as keyof typeof APP], stray) };
    const [problem, ...more] = problemsOf({ WECHAT_APPS: JSON.stringify([app]) });
    expect(more).toEqual([]);
    expect(problem?.variable ?? "").toContain(`WECHAT_APPS[0].${name.replace("Previous", "")}`);
  });
});

it("quotation marks around one of two keys only, or a list in brackets, is a problem", ({ expect }) => {
  for (const API_KEYS of ['test-key-0123456789abcdef,"other-key-0123456789abcdef', ["test-key-0123456789abcdef"]]) {
    expect(problemsOf({ ...SECRETS, API_KEYS }).map(({ variable }) => variable)).toEqual(["API_KEYS"]);
  }
});

it.for([
  ["a semicolon", ";"],
  ["a semicolon and a space", "; "],
  ["a full-width comma", "，"],
  ["a full-width semicolon", "；"],
  ["an ideographic comma", "、"],
  ["a space", " "],
  ["a line break", "\n"],
  ["a line break of Windows", "\r\n"],
])(
  "two API keys with %s between them instead of a comma are a problem with its fix",
  ([, between = ""], { expect }) => {
    const keys = SECRETS.API_KEYS.split(",");
    for (const API_KEYS of [
      keys.join(between),
      `"${keys.join(between)}"`,
      [...keys, "third-key-0123456789abcdef"].join(between),
    ]) {
      const problems = problemsOf({ ...SECRETS, API_KEYS });
      expect(problems).toEqual([
        {
          variable: "API_KEYS",
          problem: expect.stringContaining("contains"),
          cure: expect.stringContaining("separated by commas"),
        },
      ]);
      expect(JSON.stringify(problems)).not.toContain(keys[1]);
      const sources = { args: ["https://kefu.example.com"], devVars: "", local: {} };
      expect(readOptions({ ...sources, env: { API_KEYS } })).toEqual({
        ok: false,
        error: expect.stringContaining("separate keys by commas"),
      });
      const setup = { args: ["--local", "--yes", "--api-key-env", "K"], env: { K: API_KEYS }, isTerminal: false };
      expect(readSetupOptions(setup)).toMatchObject({
        error: [{ en: expect.stringContaining("separated by commas") }],
      });
    }
  },
);

it("a value of white space and quotation marks is a missing one", ({ expect }) => {
  for (const WECHAT_TOKEN of ['""', " \r\n", "\uFEFF", "''\n"]) {
    expect(problemsOf({ ...SECRETS, WECHAT_TOKEN })).toMatchObject([
      { variable: "WECHAT_TOKEN", problem: "is missing" },
    ]);
  }
});

it("a choice, a number or an address with a line break is accepted", ({ expect }) => {
  const given = {
    WECHAT_PUSH_MODE: "plain\n",
    RETENTION_DAYS: '"30"',
    WECHAT_API_BASE: " https://api.example.com/\r\n",
  };
  expect(readConfig({ ...SECRETS, ...given })).toMatchObject({
    value: { apps: [{ mode: "plain" }], retentionMs: 30 * 86_400_000, apiBase: "https://api.example.com" },
  });
});

it("the doctor names a key or a Token that no worker can have", ({ expect }) => {
  for (const [flag, name] of [
    ["--token", "WECHAT_TOKEN"],
    ["--api-key", "API_KEYS"],
  ] as const) {
    const args = ["https://kefu.example.com", flag, "some\nvalue-of-my-own"];
    const read = readOptions({ args, env: {}, devVars: "", local: {} });
    expect(read).toEqual({ ok: false, error: expect.stringContaining(`${name}:`) });
    expect(JSON.stringify(read)).not.toContain("value-of-my-own");
  }
});

it("values of .dev.vars that end in escapes of line breaks are read as wrangler dev reads them", ({ expect }) => {
  const lines = (end: string) =>
    Object.entries(SECRETS)
      .map(([name, value]) => `${name}="${value}${end}"`)
      .join("\n");
  const plain = readLocalValues(lines(""));
  expect(plain).toMatchObject({ value: { apiKey: "test-key-0123456789abcdef" } });
  const { apps, apiKey, webhookSecret } = plain.ok ? plain.value : { apps: [], apiKey: "", webhookSecret: "" };
  for (const end of ["\\r\\n", "\\n", "\\r"]) {
    expect(readLocalValues(lines(end))).toMatchObject({ value: { apps, apiKey, webhookSecret } });
  }
});

it("values of .dev.vars with line ends of Windows and quotes are those of the local stack", ({ expect }) => {
  const lines = Object.entries(SECRETS).map(([name, value], index) =>
    index % 2 === 0 ? `${name}="${value}"` : `${name}=${value}`,
  );
  const windows = readLocalValues(`${lines.join("\r\n")}\r\n`);
  expect(windows).toMatchObject({ value: { apiKey: "test-key-0123456789abcdef", apps: [{ token: "sometoken" }] } });
});
