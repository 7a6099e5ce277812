/** The doctor reports a pause first, and retries it when the set-up caused it. */
import { describe, it } from "vitest";
import { examine } from "../../../scripts/doctor/examine.ts";
import { toText } from "../../../scripts/doctor/print.ts";
import type { Ports, Target } from "../../../scripts/doctor/target.ts";

const TARGET = { url: "https://kefu.test", apiKey: "theApiKey0123456" };
const APPID = "wx0123456789abcdef";
const HEALTHY = { status: "ok", apps: 1, modes: ["secure"], api: "open", warnings: [] };
const UNTIL = "2026-11-22T04:10:00.000Z";
const paused = (errcode: number, reason = "paused") => ({
  appid: APPID,
  reason,
  code: String(errcode),
  name: "api_unauthorized",
  meaning: "没有权限 / not permitted",
  cure: "开通 / enable it",
  until: UNTIL,
});

/** A worker with these faults; `trial` is the result of lifting a pause. */
async function examineWith(faults: readonly object[], trial = "refused", target: Target = TARGET) {
  const asked: string[] = [];
  const ports: Ports = {
    now: () => Date.UTC(2026, 10, 22, 4),
    randomBytes: (size) => new Uint8Array(size),
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      asked.push(`${request.method} ${pathname} ${searchParams.get("appid") ?? ""}`.trim());
      const hasKey = request.headers.get("authorization") === `Bearer ${TARGET.apiKey}`;
      if (pathname === "/healthz") {
        return Response.json({ ...HEALTHY, status: "degraded", ...(hasKey && { faults }) });
      }
      if (pathname === "/api/v1/resume")
        return Response.json({ resumed: trial === "sent", trial: { outcome: trial }, faults });
      return new Response("not found", { status: 404 });
    },
  };
  const report = await examine(ports, target);
  return { report, first: report.findings[0], asked, text: toText(report, target) };
}

describe("a paused app", () => {
  it("is the first fault, with errcode, end and fix", async ({ expect }) => {
    const { first, report } = await examineWith([paused(45009)]);
    expect(first).toMatchObject({
      id: `pause.${APPID}`,
      state: "failed",
      fact: `paused errcode 45009, until ${UNTIL}`,
    });
    expect(first?.cure?.en).toContain("/api/v1/resume");
    expect(report.ok).toBe(false);
  });

  it.for([48001, 40125, 40164])(
    "gets a test send after %i, and is no fault when messages are sent",
    async (errcode, { expect }) => {
      const { first, asked } = await examineWith([paused(errcode)], "sent");
      expect(asked).toContain(`POST /api/v1/resume ${APPID}`);
      expect(first).toMatchObject({ id: `pause.${APPID}`, state: "ok" });
      expect(first?.fact).toContain("resumed");
    },
  );

  it("stays the first fault when WeChat refuses again", async ({ expect }) => {
    const { first, text } = await examineWith([paused(40125, "token_refused")], "no_token");
    expect(first).toMatchObject({ id: `pause.${APPID}`, state: "failed" });
    expect(first?.fact).toContain("test send: no_token");
    expect(text.split("\n")[2]).toContain(`✗ 小程序 ${APPID}`);
  });

  it.for([45009, 45011, 48004, 50007, 89506])(
    "gets no test send after %i, which the setup does not cause",
    async (errcode, { expect }) => {
      const { asked, first } = await examineWith([paused(errcode)], "sent");
      expect(asked.filter((call) => call.startsWith("POST"))).toEqual([]);
      expect(first?.state).toBe("failed");
    },
  );

  it.for([45009, 45011, 48004, 50007, 89506])(
    "after %i is lifted only by the complete call, not by another run",
    async (errcode, { expect }) => {
      const { first } = await examineWith([paused(errcode)]);
      const call = `curl -X POST 'https://kefu.test/api/v1/resume?appid=${APPID}' -H 'Authorization: Bearer <API key>'`;
      for (const cure of [first?.cure?.zh, first?.cure?.en]) {
        expect(cure).toContain(call);
        expect(cure).not.toMatch(/再运行|run the doctor again/);
      }
    },
  );

  it("gets a test send by another run when the setup caused it, as described in its fix", async ({ expect }) => {
    const { first } = await examineWith([paused(48001)]);
    expect(first?.cure?.zh).toMatch(/curl -X POST .*，或重新运行 doctor/);
    expect(first?.cure?.en).toMatch(/curl -X POST .*, or run the doctor again/);
  });

  it.for([
    ["2026-11-22T04:09:00.001Z", "12:10"],
    ["2026-11-22T15:59:59.999Z", "11-23 00:00"],
    ["2026-11-22T16:30:00.000Z", "11-23 00:30"],
  ] as const)("that ends at %s ends at %s in Beijing", async ([until, shown], { expect }) => {
    const { first } = await examineWith([{ ...paused(45009), until }]);
    expect(first?.wrong?.zh).toContain(`至北京时间 ${shown}：`);
    expect(first?.wrong?.en).toContain(`until ${shown} Beijing time`);
  });

  it("without a valid end names none", async ({ expect }) => {
    const { first } = await examineWith([{ ...paused(45009), until: "soon" }]);
    expect(first?.wrong?.en).toBe("no message is sent: not permitted");
  });

  it.for(["http://localhost:8787", "http://127.0.0.1:8787"])(
    "of a worker on this machine comes from the local WeChat: %s",
    async (url, { expect }) => {
      const { first } = await examineWith([paused(45009)], "refused", { ...TARGET, url });
      expect(first?.cure?.zh).toMatch(/^错误由本地微信模拟.*「开发者面板 → 故障」/);
      expect(first?.cure?.en).toMatch(/^the error is simulated by the local WeChat.*Developer panel → Faults/);
      expect(first?.cure?.en).toContain(`'${url}/api/v1/resume`);
      const { first: deployed } = await examineWith([paused(45009)]);
      expect(deployed?.cure?.en).not.toContain("local WeChat");
    },
  );

  it("is described once in each language", async ({ expect }) => {
    const { first } = await examineWith([paused(45009)]);
    expect(first?.wrong).toEqual({
      zh: "没有消息发出，至北京时间 12:10：没有权限",
      en: "no message is sent until 12:10 Beijing time: not permitted",
    });
    expect(first?.cure?.zh).toMatch(/^开通；然后运行 curl/);
    expect(first?.cure?.en).toMatch(/^enable it; then run curl/);
    const unreachable = { appid: APPID, reason: "account_unreachable", meaning: "没有应答 / no answer", cure: "wait" };
    const { first: other } = await examineWith([unreachable]);
    expect(other).toMatchObject({
      wrong: { zh: "没有应答", en: "no answer" },
      cure: { zh: "wait", en: "wait" },
    });
  });

  it("is the first fault without an API key, too, which the fix asks for", async ({ expect }) => {
    const { first } = await examineWith([paused(48001)], "sent", { url: TARGET.url });
    expect(first).toMatchObject({ id: "pause", state: "failed" });
    expect(first?.cure?.en).toContain("--api-key");
  });

  it("is reported for each mini program", async ({ expect }) => {
    const other = { ...paused(45009), appid: "wxfedcba9876543210" };
    const { report } = await examineWith([paused(48004), other]);
    expect(report.findings.slice(0, 2).map(({ id }) => id)).toEqual([`pause.${APPID}`, "pause.wxfedcba9876543210"]);
  });

  it.for([
    ["no_token", "some", "test send: no_token"],
    ["sends_failing", "no", "sends_failing, since 2026-11-22T03:00:00.000Z"],
  ] as const)(
    "may be %s, which is the first fault, too; %s resume is tried",
    async ([reason, tried, fact], { expect }) => {
      const fault = {
        appid: APPID,
        reason,
        meaning: "自 3 点起没有应答 / no answer since 3",
        cure: "核对 WECHAT_API_BASE / check WECHAT_API_BASE",
        count: 5,
        since: "2026-11-22T03:00:00.000Z",
      };
      const { first, asked } = await examineWith([fault], "no_token");
      expect(first).toMatchObject({ id: `pause.${APPID}`, state: "failed" });
      expect(first?.wrong?.en).toBe("no message is sent: no answer since 3");
      expect(first?.cure?.en).toMatch(/^check WECHAT_API_BASE/);
      expect(first?.fact).toContain(fact);
      expect(asked.some((call) => call.startsWith("POST"))).toBe(tried === "some");
    },
  );

  it("may be an account object that does not answer", async ({ expect }) => {
    const { first } = await examineWith([
      { appid: APPID, reason: "account_unreachable", meaning: "no answer", cure: "wait" },
    ]);
    expect(first).toMatchObject({ state: "failed", cure: { en: "wait" } });
  });
});
