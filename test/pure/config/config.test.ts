import { describe, it } from "vitest";
import { configOf, findAccountConfig, readConfig } from "../../../worker/config/config.ts";

const GOOD = {
  WECHAT_APPID: "wx0123456789abcdef",
  WECHAT_APP_SECRET: "0123456789abcdef0123456789abcdef",
  WECHAT_TOKEN: "sometoken",
  WECHAT_ENCODING_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
};

const problemsOf = (env: Record<string, unknown>) => {
  const config = readConfig(env);
  return config.ok ? [] : config.error;
};

describe("the configuration", () => {
  it("needs four values for one app; the rest has defaults", ({ expect }) => {
    const config = readConfig(GOOD);
    expect(config).toEqual({
      ok: true,
      value: {
        apps: [
          {
            channel: "mini-program",
            appid: GOOD.WECHAT_APPID,
            secret: GOOD.WECHAT_APP_SECRET,
            tokens: ["sometoken"],
            aesKeys: [GOOD.WECHAT_ENCODING_AES_KEY],
            mode: "secure",
          },
        ],
        apiBase: "https://api.weixin.qq.com",
        tokenBase: "https://api.weixin.qq.com",
        pushMaxAgeMs: 900_000,
        dedupeKv: "late",
        unconfirmedRetries: 1,
        keepsPictures: false,
        retentionMs: 180 * 86_400_000,
        locationHint: "apac",
        apiKeys: [],
        webhookSecrets: [],
        contextKeys: [],
        dataKeys: [],
        allowPrivateWebhooks: false,
        forward: null,
        alerts: { robots: "", waitMs: 300_000, repeatMs: 0, deskUrl: null },
      },
    });
  });

  it("uses every switch as it is set", ({ expect }) => {
    const given = {
      WECHAT_PUSH_MODE: "compatible",
      WECHAT_PUSH_MAX_AGE_S: "0",
      DEDUPE_KV: "off",
      UNCONFIRMED_RETRY: "0",
      RETENTION_DAYS: "30",
      LOCATION_HINT: "weur",
      WEBHOOK_ALLOW_PRIVATE: "1",
    };
    expect(readConfig({ ...GOOD, ...given })).toMatchObject({
      value: {
        apps: [{ mode: "compatible" }],
        pushMaxAgeMs: 0,
        dedupeKv: "off",
        unconfirmedRetries: 0,
        retentionMs: 30 * 86_400_000,
        locationHint: "weur",
        allowPrivateWebhooks: true,
      },
    });
  });

  it("accepts numbers and lists that wrangler.toml has without quotes, and reports their problems", ({ expect }) => {
    const config = readConfig({ ...GOOD, UNCONFIRMED_RETRY: 0, RETENTION_DAYS: 30 });
    expect(config).toMatchObject({ ok: true, value: { unconfirmedRetries: 0, retentionMs: 30 * 86_400_000 } });
    const wrong = problemsOf({ ...GOOD, DEDUPE_KV: false, RETENTION_DAYS: 0.5 });
    expect(wrong.map(({ variable }) => variable).toSorted()).toEqual(["DEDUPE_KV", "RETENTION_DAYS"]);
  });

  it("reports every missing value at once, each with its fix", ({ expect }) => {
    const problems = problemsOf({});
    expect(problems.map(({ variable }) => variable)).toEqual(Object.keys(GOOD));
    expect(problems.every(({ cure }) => cure !== "")).toBe(true);
  });

  it("never shows a value, not even a wrong one", ({ expect }) => {
    // Also too short for an API key.
    const secret = "my-own-secret";
    const others = ["WECHAT_PUSH_MODE", "DEDUPE_KV", "UNCONFIRMED_RETRY", "RETENTION_DAYS", "LOCATION_HINT"];
    const named = ["WECHAT_API_BASE", "WECHAT_TOKEN_BASE", "WECHAT_APPS", "API_KEYS", "WEBHOOK_SECRET"];
    const wrong = Object.fromEntries([...Object.keys(GOOD), ...others, ...named].map((name) => [name, secret]));
    const { WECHAT_APPS: _list, ...single } = wrong;
    for (const env of [wrong, single]) {
      expect(problemsOf(env).length).toBeGreaterThan(0);
      expect(JSON.stringify(problemsOf(env))).not.toContain(secret);
    }
    const told = problemsOf(single).map(({ variable }) => variable);
    expect(told).toEqual(expect.arrayContaining([...others, "WECHAT_APPID", "API_KEYS", "WEBHOOK_SECRET"]));
  });

  it("keeps users' pictures with a bucket and a key, not with one of them or a text in the bucket's place", ({
    expect,
  }) => {
    const bucket = { put: () => {}, list: () => {} };
    const key = { DATA_KEY: Buffer.alloc(32, 7).toString("base64").replace(/^B/, "C") };
    const keeps = (env: object) => {
      const config = readConfig({ ...GOOD, ...env });
      return config.ok && config.value.keepsPictures;
    };
    expect(keeps({ MEDIA: bucket, ...key })).toBe(true);
    for (const env of [{ MEDIA: bucket }, key, { MEDIA: "edge-kefu-media", ...key }]) expect(keeps(env)).toBe(false);
  });

  it("refuses malformed ids, keys, numbers and choices by name", ({ expect }) => {
    const variables = problemsOf({
      ...GOOD,
      WECHAT_APPID: "gh_0123456789ab",
      WECHAT_ENCODING_AES_KEY: "tooshort",
      WECHAT_PUSH_MODE: "encrypted",
      DEDUPE_KV: "always",
      UNCONFIRMED_RETRY: "2",
      RETENTION_DAYS: "0",
      LOCATION_HINT: "china",
      WECHAT_API_BASE: "api.weixin.qq.com",
      API_KEYS: "short",
    }).map(({ variable }) => variable);
    expect(variables).toEqual([
      "WECHAT_PUSH_MODE",
      "WECHAT_APPID",
      "WECHAT_ENCODING_AES_KEY or WECHAT_ENCODING_AES_KEY_PREVIOUS",
      "WECHAT_API_BASE",
      "WECHAT_TOKEN_BASE",
      "DEDUPE_KV",
      "UNCONFIRMED_RETRY",
      "RETENTION_DAYS",
      "LOCATION_HINT",
      "API_KEYS",
    ]);
  });

  it("lists previous secrets after the current ones", ({ expect }) => {
    const config = readConfig({
      ...GOOD,
      WECHAT_TOKEN_PREVIOUS: "oldtoken",
      WECHAT_ENCODING_AES_KEY_PREVIOUS: GOOD.WECHAT_ENCODING_AES_KEY.toUpperCase(),
    });
    expect(config.ok && config.value.apps[0]?.tokens).toEqual(["sometoken", "oldtoken"]);
    expect(config.ok && config.value.apps[0]?.aesKeys).toHaveLength(2);
  });

  it("needs no EncodingAESKey in plain mode", ({ expect }) => {
    const { WECHAT_ENCODING_AES_KEY: _key, ...rest } = GOOD;
    expect(readConfig({ ...rest, WECHAT_PUSH_MODE: "plain" }).ok).toBe(true);
  });

  it("sends token calls to the relay when there is one, and drops trailing slashes", ({ expect }) => {
    const config = readConfig({ ...GOOD, WECHAT_TOKEN_BASE: "https://relay.example/" });
    expect(config.ok && [config.value.apiBase, config.value.tokenBase]).toEqual([
      "https://api.weixin.qq.com",
      "https://relay.example",
    ]);
  });
});

describe("webhook secrets", () => {
  const secret = (char: string) => `whsec_${btoa(char.repeat(32))}`;

  it("are the current one and, while it is changed, the previous one", ({ expect }) => {
    const secretsOf = (extra: Readonly<Record<string, string>>) => {
      const config = readConfig({ ...GOOD, ...extra });
      return config.ok ? config.value.webhookSecrets : undefined;
    };
    expect(secretsOf({ WEBHOOK_SECRET: secret("a") })).toEqual([secret("a")]);
    expect(secretsOf({ WEBHOOK_SECRET: secret("a"), WEBHOOK_SECRET_PREVIOUS: secret("b") })).toEqual([
      secret("a"),
      secret("b"),
    ]);
    expect(secretsOf({ WEBHOOK_SECRET_PREVIOUS: secret("b") })).toEqual([]);
  });

  it("that are malformed are named with the fix, never shown", ({ expect }) => {
    const problems = problemsOf({ ...GOOD, WEBHOOK_SECRET: "not-a-secret", WEBHOOK_ALLOW_PRIVATE: "yes" });
    expect(problems.map(({ variable }) => variable)).toEqual(["WEBHOOK_SECRET", "WEBHOOK_ALLOW_PRIVATE"]);
    expect(problems[0]?.cure).toContain("npm run -s secret -- ");
    expect(JSON.stringify(problems)).not.toContain("not-a-secret");
  });
});

describe("context keys", () => {
  const [key, old] = ["k".repeat(32), "o".repeat(32)];

  it("are the current one and, while it is changed, the previous one", ({ expect }) => {
    const keysOf = (extra: Readonly<Record<string, string>>) => {
      const config = readConfig({ ...GOOD, ...extra });
      return config.ok ? config.value.contextKeys : undefined;
    };
    expect(keysOf({ CONTEXT_KEY: key })).toEqual([key]);
    expect(keysOf({ CONTEXT_KEY: key, CONTEXT_KEY_PREVIOUS: old })).toEqual([key, old]);
    expect(keysOf({ CONTEXT_KEY_PREVIOUS: old })).toEqual([]);
  });

  it("that are short enough to be guessed are named with the fix, never shown", ({ expect }) => {
    const problems = problemsOf({ ...GOOD, CONTEXT_KEY: key.slice(1), CONTEXT_KEY_PREVIOUS: "old-key" });
    expect(problems.map(({ variable }) => variable)).toEqual(["CONTEXT_KEY", "CONTEXT_KEY_PREVIOUS"]);
    expect(problems[0]?.cure).toContain("npm run -s secret -- ");
    expect(JSON.stringify(problems)).not.toMatch(/kkk|old-key/);
  });
});

describe("data keys", () => {
  const keyOf = (letter: string, bytes = 32) => Buffer.from(letter.repeat(bytes)).toString("base64");
  const [key, old] = [keyOf("k"), keyOf("o")];

  it("are the current one and, while it is changed, the previous one", ({ expect }) => {
    const keysOf = (extra: Readonly<Record<string, string>>) => {
      const config = readConfig({ ...GOOD, ...extra });
      return config.ok ? config.value.dataKeys : undefined;
    };
    expect(keysOf({ DATA_KEY: key })).toEqual([key]);
    expect(keysOf({ DATA_KEY: key, DATA_KEY_PREVIOUS: old })).toEqual([key, old]);
    expect(keysOf({ DATA_KEY_PREVIOUS: old })).toEqual([]);
  });

  it("may lack the = at the end", ({ expect }) => {
    expect(problemsOf({ ...GOOD, DATA_KEY: key.replace("=", "") })).toEqual([]);
  });

  it.for([
    [keyOf("k", 31), "has 31 bytes in base64, must have 32"],
    [keyOf("k", 33), "has 33 bytes in base64, must have 32"],
    ["6b".repeat(32), "has 48 bytes in base64, must have 32"],
    [key.replace("a", "-"), "must be base64"],
    [`${key}=`.repeat(2), "must be base64"],
    [`=${key}`, "must be base64"],
    [key.replace("a", "“"), "contains a quotation mark or a backslash"],
    [key.replace("r", " "), "contains a space"],
  ])(
    "that are invalid are named with the problem and the fix, never shown: %s",
    ([wrong = "", problem], { expect }) => {
      for (const variable of ["DATA_KEY", "DATA_KEY_PREVIOUS"]) {
        const problems = problemsOf({ ...GOOD, DATA_KEY: key, [variable]: wrong });
        expect(problems).toEqual([{ variable, problem, cure: "create one with: npm run -s secret -- DATA_KEY" }]);
      }
    },
  );

  it("must not be the key of the shop's back end", ({ expect }) => {
    const problems = problemsOf({ ...GOOD, CONTEXT_KEY: key, DATA_KEY: key });
    expect(problems).toMatchObject([{ variable: "DATA_KEY", problem: "must not be CONTEXT_KEY" }]);
  });

  it.for([
    ["CONTEXT_KEY_PREVIOUS", key.replace("=", ""), "without the sign at the end"],
    ["CONTEXT_KEY", "k".repeat(32), "as text"],
    ["WEBHOOK_SECRET", `whsec_${key}`, "with a prefix"],
    ["WEBHOOK_SECRET_PREVIOUS", `whsec_${key}`, "with a prefix"],
    ["API_KEYS", `another-key-0123456789,${"6b".repeat(32)}`, "in hex"],
  ])("must not be the bytes of %s: %s, %s", ([name = "", value], { expect }) => {
    const env = { ...GOOD, CONTEXT_KEY: "c".repeat(32), WEBHOOK_SECRET: `whsec_${keyOf("w")}`, [name]: value };
    const problem = `must not be ${name === "API_KEYS" ? "one of API_KEYS" : name}`;
    expect(problemsOf({ ...env, DATA_KEY: key })).toMatchObject([{ variable: "DATA_KEY", problem }]);
  });

  it("must not be zeros, and the previous one not the current one", ({ expect }) => {
    const zeros = problemsOf({ ...GOOD, DATA_KEY: keyOf("\0") });
    expect(zeros).toMatchObject([{ variable: "DATA_KEY", problem: "must be random, not zeros" }]);
    const same = problemsOf({ ...GOOD, DATA_KEY: key, DATA_KEY_PREVIOUS: key.replace("=", "") });
    expect(same).toMatchObject([{ variable: "DATA_KEY_PREVIOUS", problem: "must not be DATA_KEY" }]);
  });
});

describe("several apps", () => {
  const app = { appid: "wx0123456789abcdef", secret: "s", token: "t", aesKey: GOOD.WECHAT_ENCODING_AES_KEY };
  const other = { ...app, appid: "wxfedcba9876543210", mode: "compatible", tokenPrevious: "old" };

  it("come from WECHAT_APPS, found by appid, the first one by default", ({ expect }) => {
    const config = readConfig({ WECHAT_APPS: JSON.stringify([app, other]) });
    if (!config.ok) throw new Error(JSON.stringify(config.error));
    expect(findAccountConfig(config.value, undefined)?.appid).toBe(app.appid);
    expect(findAccountConfig(config.value, other.appid)).toMatchObject({ mode: "compatible", tokens: ["t", "old"] });
    expect(findAccountConfig(config.value, "wx9999999999999999")).toBeUndefined();
  });

  it("are checked one by one", ({ expect }) => {
    const bad = { ...app, appid: "wx1", secret: "", token: "", aesKey: undefined };
    expect(problemsOf({ WECHAT_APPS: JSON.stringify([app, bad]) }).map(({ variable }) => variable)).toEqual([
      "WECHAT_APPS[1].appid",
      "WECHAT_APPS[1].secret",
      "WECHAT_APPS[1].token",
      "WECHAT_APPS[1].aesKey",
    ]);
    expect(problemsOf({ WECHAT_APPS: "[]" })).toHaveLength(1);
    expect(problemsOf({ WECHAT_APPS: "{" })[0]?.problem).toBe("must be a JSON list of at least one app");
    expect(problemsOf({ WECHAT_APPS: JSON.stringify([app, app]) })[0]?.problem).toBe("contains an appid twice");
  });
});

describe("an environment", () => {
  it("is read once", ({ expect }) => {
    const env = { ...GOOD };
    expect(configOf(env)).toBe(configOf(env));
    expect(configOf({ ...GOOD })).not.toBe(configOf(env));
  });
});
