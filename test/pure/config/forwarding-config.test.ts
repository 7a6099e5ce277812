import { describe, it } from "vitest";
import { readConfig } from "../../../worker/config/config.ts";

const GOOD = {
  WECHAT_APPID: "wx0123456789abcdef",
  WECHAT_APP_SECRET: "0123456789abcdef0123456789abcdef",
  WECHAT_TOKEN: "sometoken",
  WECHAT_ENCODING_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
};

const read = (kinds: unknown, url: unknown, extra: Readonly<Record<string, unknown>> = {}) =>
  readConfig({ ...GOOD, WECHAT_FORWARD_KINDS: kinds, WECHAT_FORWARD_URL: url, ...extra });

const problemsOf = (...args: Parameters<typeof read>) => {
  const config = read(...args);
  return config.ok ? [] : config.error.map(({ variable, problem }) => `${variable} ${problem}`);
};

describe("forwarding in the configuration", () => {
  it("is off without kinds, with or without an address", ({ expect }) => {
    for (const kinds of [undefined, "", " ", ",", " , ,"]) {
      for (const url of [undefined, "", "https://old.example.com/push"]) {
        expect(read(kinds, url)).toMatchObject({ ok: true, value: { forward: null } });
      }
    }
  });

  it("has the configured kinds and address", ({ expect }) => {
    expect(read(" xpay_* ,trade_manage_order_settlement,,text", "https://old.example.com/push?site=1")).toMatchObject({
      ok: true,
      value: {
        forward: {
          kinds: ["xpay_*", "trade_manage_order_settlement", "text"],
          url: "https://old.example.com/push?site=1",
        },
      },
    });
  });

  it("reports every problem at once, with those of other variables", ({ expect }) => {
    expect(problemsOf("xpay_*", undefined)).toEqual([
      "WECHAT_FORWARD_URL is missing although WECHAT_FORWARD_KINDS lists pushes to forward",
    ]);
    const all = problemsOf("xpay [a]", "http://old.example.com", { RETENTION_DAYS: "0" });
    expect(all.map((problem) => problem.split(" ")[0])).toEqual(
      expect.arrayContaining(["WECHAT_FORWARD_KINDS", "WECHAT_FORWARD_URL", "RETENTION_DAYS"]),
    );
  });

  it.for(["a b", "a/b", "事件", "{a}", "a?", "x".repeat(65), Array.from({ length: 51 }, (_, n) => `e${n}`).join(",")])(
    "refuses the kinds %s",
    (kinds, { expect }) => {
      const [problem = ""] = problemsOf(kinds, "https://old.example.com");
      expect(problem).toMatch(/^WECHAT_FORWARD_KINDS /);
    },
  );

  it.for([
    "http://old.example.com/push",
    "https://127.0.0.1/push",
    "https://10.0.0.1/",
    "https://[::1]/",
    "https://localhost/",
    "https://push.internal/",
    "https://user:pass@old.example.com/",
    "https://old.example.com:8443/",
    "https://old.example.com/#part",
    "old.example.com",
    "https://old.example.com/a b",
  ])("refuses the address %s, and never shows it", (url, { expect }) => {
    const problems = problemsOf("", url);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^WECHAT_FORWARD_URL /);
    expect(problems[0]).not.toContain(url);
  });

  it("accepts a private address where private webhooks are allowed", ({ expect }) => {
    const config = read("*", "http://127.0.0.1:9000/push", { WEBHOOK_ALLOW_PRIVATE: "1" });
    expect(config).toMatchObject({ ok: true, value: { forward: { url: "http://127.0.0.1:9000/push" } } });
  });
});
