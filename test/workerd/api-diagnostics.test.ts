import { describe, it } from "vitest";
import { OTHER_APPID } from "../support/workerd.ts";
import { bodyOf, call, type CallOptions } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

useWorker();

const diagnose = async (options: CallOptions = {}) => bodyOf(await call("GET", "/api/v1/diagnostics", options));

describe("GET /diagnostics", () => {
  it("needs a key", async ({ expect }) => {
    expect((await call("GET", "/api/v1/diagnostics", { key: null })).status).toBe(401);
  });

  it("returns the token, the quota of sends, and how each network reaches the push URL", async ({ expect }) => {
    const answer = await diagnose();
    expect(answer).toMatchObject({
      token: { ok: true },
      sendQuota: { ok: true, dailyLimit: 500_000, remain: expect.any(Number), rate: { calls: 5_000, seconds: 60 } },
    });
    expect(answer["callback"]).toEqual(
      ["CHINANET", "UNICOM", "CAP"].map((operator) => ({
        operator,
        result: {
          ok: true,
          dns: [{ ip: "203.0.113.8", operator }],
          ping: [{ ip: "203.0.113.8", operator, packetLoss: "0%", time: "23.079ms" }],
        },
      })),
    );
    expect(JSON.stringify(answer)).not.toContain("access_token");
  });

  it("reports what WeChat refuses with meaning and remedy, and never in WeChat's words", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 40201, errmsg: "words of WeChat", target: "callback" });
    await wechat.fault({ fault: "errcode", errcode: 48001, errmsg: "words of WeChat", target: "quota" });
    const answer = await diagnose();
    const failure = { ok: false, reason: "refused", meaning: expect.stringMatching(/\S/), cure: expect.any(String) };
    expect(answer).toMatchObject({
      token: { ok: true },
      sendQuota: { ...failure, code: "48001", name: "api_unauthorized" },
      callback: [
        { operator: "CHINANET", result: { ...failure, code: "40201", name: "push_url_not_set" } },
        { operator: "UNICOM", result: { code: "40201" } },
        { operator: "CAP", result: { code: "40201" } },
      ],
    });
    expect(JSON.stringify(answer)).not.toContain("words of WeChat");
  });

  it("changes nothing: a refused diagnosis does not pause the replies", async ({ expect }) => {
    await wechat.text("oDiagnosed", "在吗");
    await wechat.fault({ fault: "errcode", errcode: 48001, target: "quota" });
    await diagnose();
    expect((await call("POST", "/api/v1/conversations/oDiagnosed/typing", { json: { on: true } })).status).toBe(204);
  });

  it("reports that WeChat is out of reach", async ({ expect }) => {
    await wechat.fault({ fault: "drop", when: "before", target: "callback" });
    expect(await diagnose()).toMatchObject({ callback: [{ result: { ok: false, reason: "unreachable" } }, {}, {}] });
  });
});

describe("without a token", () => {
  it("reports 40164 and its remedy everywhere while the IP whitelist is on", async ({ expect }) => {
    await wechat.switches({ ipWhitelist: true });
    await wechat.killToken({ appid: OTHER_APPID });
    const answer = await diagnose({ appid: OTHER_APPID });
    const refused = {
      ok: false,
      code: "40164",
      name: "ip_not_whitelisted",
      cure: expect.stringContaining("WECHAT_TOKEN_BASE"),
    };
    expect(answer).toMatchObject({ token: refused, sendQuota: refused, callback: [{ result: refused }, {}, {}] });
  });
});
