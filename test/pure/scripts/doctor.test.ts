/** The parts of `npm run doctor` that no local worker can show; the rest is in test/node/doctor.test.ts. */
import { describe, it } from "vitest";
import { checkAddress, checkClock } from "../../../scripts/doctor/check-address.ts";
import { examine } from "../../../scripts/doctor/examine.ts";
import { readOptions, type Sources } from "../../../scripts/doctor/options.ts";
import { toJson, toText } from "../../../scripts/doctor/print.ts";
import type { Ports, Target } from "../../../scripts/doctor/target.ts";
import { reportUnconfirmed } from "../../../scripts/doctor/unconfirmed.ts";
import { ok } from "../../../shared/base/result.ts";

const NOW = Date.UTC(2026, 10, 22, 4, 0, 0);
const URL = "https://kefu.test";

function portsOf(answer: (request: Request) => Response): Ports {
  return { fetch: async (request) => answer(request), now: () => NOW, randomBytes: (size) => new Uint8Array(size) };
}

describe("the address", () => {
  it.for([
    ["https://kefu.example.com", "ok"],
    ["http://127.0.0.1:8787", "ok"],
    ["https://kefu.example.com:8443", "failed"],
    ["https://edge-kefu.team.workers.dev", "warning"],
    ["http://kefu.example.com", "warning"],
  ] as const)("%s is %s", ([url, state], { expect }) => {
    expect(checkAddress(url).state).toBe(state);
  });
});

describe("the clocks", () => {
  const replyAt = (date: string) => ({
    status: 200,
    body: "",
    headers: new Headers(date === "" ? {} : { date }),
    sentAt: NOW,
    receivedAt: NOW + 200,
  });
  it.for([
    [0, "ok"],
    [-61_000, "ok"],
    [-63_000, "failed"],
    [60_000, "ok"],
    [62_000, "failed"],
  ] as const)("%i ms apart is %s", ([offset, state], { expect }) => {
    expect(checkClock(replyAt(new Date(NOW + offset).toUTCString()), URL).state).toBe(state);
  });

  it("cannot be compared without a date, except on the same machine", ({ expect }) => {
    expect(checkClock(replyAt(""), URL).state).toBe("skipped");
    expect(checkClock(replyAt(""), "http://localhost:8787").state).toBe("ok");
  });
});

describe("pushes refused for their age", () => {
  const KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
  const secrets = { appid: "wx0123456789abcdef", token: "theToken", aesKey: KEY };
  const healthy = { status: "ok", apps: 1, modes: ["secure"], api: "open", warnings: [] };

  async function findingOf(id: string, target: Target, answer: (request: Request) => Response) {
    const { findings } = await examine(portsOf(answer), target);
    return findings.find((finding) => finding.id === id);
  }

  it("are a fault, with their number and, for the holder of a key, their age", async ({ expect }) => {
    const faults = [{ appid: "wx1", reason: "stale_pushes", count: 3, meaning: "signed 3600 s before it arrived" }];
    const answer = (request: Request) => {
      const shown = request.headers.has("authorization") ? { faults } : {};
      return Response.json({ ...healthy, status: "degraded", stalePushes: 3, ...shown });
    };
    const seen = await findingOf("push.stale", { url: URL }, answer);
    expect(seen).toMatchObject({ state: "failed", fact: "3" });
    expect(seen?.cure?.en).toContain("WECHAT_PUSH_MAX_AGE_S");
    const known = await findingOf("push.stale", { url: URL, apiKey: "theApiKey0123456" }, answer);
    expect(known?.fact).toBe("3: signed 3600 s before it arrived");
    expect((await findingOf("push.stale", { url: URL }, () => Response.json(healthy)))?.state).toBe("ok");
  });

  it("may include the doctor's own in plain mode", async ({ expect }) => {
    const plain = { ...healthy, modes: ["plain"], stalePushes: 1 };
    const seen = await findingOf("push.stale", { url: URL, mode: "plain" }, () => Response.json(plain));
    expect(seen).toMatchObject({ state: "warning", cure: { en: expect.stringContaining("push.old") } });
  });

  it("are not reported as another EncodingAESKey when this machine's clock is wrong", async ({ expect }) => {
    const answerAt = (offsetMs: number) => (request: Request) => {
      const { pathname, searchParams } = new globalThis.URL(request.url);
      const headers = { date: new Date(NOW + offsetMs).toUTCString() };
      if (pathname === "/healthz") return Response.json(healthy, { headers });
      if (request.method === "GET" && searchParams.get("signature") !== "0".repeat(40)) {
        return new Response(searchParams.get("echostr"));
      }
      return new Response("forbidden", { status: 403 });
    };
    const off = await findingOf("push.genuine", { url: URL, ...secrets }, answerAt(3_600_000));
    expect(off).toMatchObject({ state: "failed", cure: { en: expect.stringContaining("NTP") } });
    const right = await findingOf("push.genuine", { url: URL, ...secrets }, answerAt(0));
    expect(right).toMatchObject({ state: "failed", cure: { en: expect.stringContaining("WECHAT_ENCODING_AES_KEY") } });
  });
});

describe("the unconfirmed points", () => {
  const facts = { dailyLimit: 500_000, asked: ["CHINANET", "UNICOM", "CAP"], reached: ["CAP"] };
  const settled = (url: string, given = facts) =>
    reportUnconfirmed(url, given).flatMap(({ number, settled: words }) => (words ? [[number, words.en]] : []));

  it("are resolved by what a deployed worker reads from WeChat", ({ expect }) => {
    expect(settled(URL)).toEqual([
      [7, "by DNS and ping: reached from 1/3 (CAP)"],
      [11, "500000 calls"],
    ]);
  });

  it("stay open when WeChat refused, or for the local WeChat", ({ expect }) => {
    expect(settled(URL, { ...facts, asked: [], reached: [] })).toEqual([[11, "500000 calls"]]);
    expect(settled("http://127.0.0.1:8787")).toEqual([]);
  });
});

describe("the options", () => {
  const KEY = "a".repeat(43);
  const read = (sources: Partial<Sources>) =>
    readOptions({ args: [URL], env: {}, devVars: "", local: { appid: "wxlocal" }, ...sources });

  it("prefer flags to the environment, and the environment to .dev.vars", ({ expect }) => {
    const devVars =
      'WECHAT_APPID="wxfile"\nWECHAT_TOKEN="file"\nWECHAT_ENCODING_AES_KEY="' + KEY + '"\nAPI_KEYS="one, two"\n';
    const env = { WECHAT_TOKEN: "environment", WECHAT_ENCODING_AES_KEY: "" };
    const args = [`${URL}/healthz?x=1`, "--appid", "wxflag", "--mode", "secure", "--dev-vars", "mine.vars"];
    expect(read({ devVars, env, args })).toEqual(
      ok({
        json: false,
        target: { url: URL, appid: "wxflag", token: "environment", aesKey: KEY, apiKey: "one", mode: "secure" },
      }),
    );
  });

  it("do not send the keys of this machine to another worker: only a named file is read for it", ({ expect }) => {
    const devVars = 'API_KEYS="one"\n';
    expect(read({ devVars })).toEqual(ok({ json: false, target: { url: URL } }));
    expect(read({ devVars, args: [URL, "--dev-vars", ".dev.vars"] })).toMatchObject({
      value: { target: { apiKey: "one" } },
    });
    expect(read({ devVars, args: ["http://localhost:8787"] })).toMatchObject({ value: { target: { apiKey: "one" } } });
  });

  it.for([
    ["--aes-key", "short", "WECHAT_ENCODING_AES_KEY"],
    ["--api-key", "您的密钥", "API_KEYS"],
  ])("name an invalid key without showing it: %s", ([flag = "", value = "", name], { expect }) => {
    const problem = read({ args: [URL, flag, value] });
    expect(problem).toEqual({ ok: false, error: expect.stringContaining(name ?? "?") });
    expect(JSON.stringify(problem)).not.toContain(value);
  });

  it("find one of several apps", ({ expect }) => {
    const WECHAT_APPS = JSON.stringify([
      { appid: "wx1", token: "t1", aesKey: KEY, secret: "s" },
      { appid: "wx2", token: "t2" },
    ]);
    expect(read({ env: { WECHAT_APPS } })).toMatchObject({ value: { target: { appid: "wx1", aesKey: KEY } } });
    const second = read({ env: { WECHAT_APPS }, args: [URL, "--appid", "wx2"] });
    expect(second).toEqual(ok({ json: false, target: { url: URL, appid: "wx2", token: "t2" } }));
  });

  it("contain the values of the local stack", ({ expect }) => {
    expect(read({ args: [URL, "--local", "--json"], env: { WECHAT_TOKEN: "not this" } })).toEqual(
      ok({ json: true, target: { url: URL, appid: "wxlocal" } }),
    );
  });

  it("fall back to the local stack's for a worker on this machine, never for another", ({ expect }) => {
    const local = "http://localhost:8787";
    const env = { WECHAT_TOKEN: "environment" };
    expect(read({ args: [local], env })).toMatchObject({
      value: { target: { appid: "wxlocal", token: "environment" } },
    });
    expect(read({ args: [URL], env })).toEqual(ok({ json: false, target: { url: URL, token: "environment" } }));
  });
});

describe("the report", () => {
  const target: Target = { url: URL, token: "theToken", aesKey: "theKey", apiKey: "theApiKey" };

  it("has every problem of /healthz on one line each, and no echoed secret", async ({ expect }) => {
    const problems = [
      { variable: "WECHAT_TOKEN", problem: "is\u001b[2J missing\nx", cure: "theToken theKey theApiKey" },
      { variable: "API_KEYS", problem: "contains a short key", cure: "make another" },
    ];
    const ports = portsOf(() => Response.json({ status: "misconfigured", problems }, { status: 503 }));
    const report = await examine(ports, target);
    expect(report.ok).toBe(false);
    for (const text of [toText(report, target), toJson(report, target)]) {
      expect(text).toContain("API_KEYS contains a short key");
      expect(text).toContain("*** *** ***");
      expect(text).not.toMatch(/theToken|theKey|theApiKey/);
      expect(text).not.toContain("\u001b");
    }
  });

  it("reports whether the desk has the key for its data; a worker of 0.1 has no desk", async ({ expect }) => {
    const deskOf = async (dataKey?: string) => {
      const health = { status: "ok", apps: 1, modes: ["secure"], api: "open", dataKey, warnings: [] };
      const { ok, findings } = await examine(
        portsOf(() => Response.json(health)),
        { url: URL },
      );
      return [ok, findings.find(({ id }) => id === "desk")] as const;
    };
    expect(await deskOf("set")).toMatchObject([true, { state: "ok" }]);
    const [isFine, found] = await deskOf("missing");
    expect([isFine, found?.state]).toEqual([true, "warning"]);
    expect(found?.cure?.en).toContain("npm run -s secret -- DATA_KEY");
    expect(await deskOf()).toEqual([true, undefined]);
  });

  it("lists the checks that were skipped because a value is missing", async ({ expect }) => {
    const health = { status: "ok", apps: 1, modes: ["secure"], api: "open", warnings: [] };
    const report = await examine(
      portsOf(() => Response.json(health)),
      { url: URL },
    );
    expect(report.ok).toBe(true);
    expect(toText(report, { url: URL })).toContain("没有发现故障 / no fault found; 3 项未检查 / not checked");
  });

  it("recognises a page of another program", async ({ expect }) => {
    const report = await examine(
      portsOf(() => new Response("<html>")),
      target,
    );
    expect(report.findings.find(({ id }) => id === "health")).toMatchObject({ state: "failed", fact: "HTTP 200" });
  });
});
