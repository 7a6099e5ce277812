import { describe, it, vi } from "vitest";
import type { Alert } from "../../../worker/alerts/core/alert.ts";
import type { Robot } from "../../../worker/alerts/core/robot.ts";
import { signingOf } from "../../../worker/alerts/core/vendors.ts";
import { sendAlert } from "../../../worker/alerts/send-alert.ts";
import { hmacSha256 } from "../../../worker/platform/digest.ts";
import type { PostInit } from "../../../worker/platform/post-json.ts";

const KEY = "key-that-must-not-leak-0123456789";
const NOW = 1_599_360_473_000;
const ALERT: Alert = { type: "waiting", causes: [{ cause: "no_agent", count: 2, waitedMs: 180_000 }] };
const TEXT = "【客服】2 位用户在等待，没有客服在线。最长等待：3 分钟。\n打开工作台：https://kefu.example.com/desk";

const robot = (vendor: Robot["vendor"], url: string, more: Partial<Robot> = {}): Robot => {
  return { name: "duty", vendor, url, language: "zh", ...more };
};
const WECOM = robot("wecom", `https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=${KEY}`);
const DINGTALK = robot("dingtalk", `https://oapi.dingtalk.com/robot/send?access_token=${KEY}`);
const FEISHU = robot("feishu", `https://open.feishu.cn/open-apis/bot/v2/hook/${KEY}`);
const SLACK = robot("slack", `https://hooks.slack.com/services/T/B/${KEY}`);

/** Sends to a robot with this answer; returns outcome, request and log. */
async function send(to: Robot, answer: () => Response | Promise<Response>, alert = ALERT) {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: unknown) => void lines.push(String(line)));
  const calls: { url: string; init: PostInit }[] = [];
  const fetch = async (url: string, init: PostInit) => {
    calls.push({ url, init });
    return answer();
  };
  const deps = { fetch, now: () => NOW, allowPrivate: false, deskUrl: "https://kefu.example.com/desk" };
  try {
    const outcome = await sendAlert(deps, to, alert);
    return { outcome, url: calls[0]?.url, body: JSON.parse(calls[0]?.init.body ?? "null"), calls, lines };
  } finally {
    vi.restoreAllMocks();
  }
}
const json =
  (body: unknown, status = 200) =>
  () =>
    Response.json(body, { status });
const refusedWith = (reason: string, code?: string) => {
  return { ok: false, error: { reason, ...(code !== undefined && { code }) } };
};

describe("the signature of ALERTS.md", () => {
  it.for([
    ["feishu", "SECRET", 1_599_360_473_000, "dkDGhTZacsd3yXW3YtXxmQjKIazeY68phrEMdV1uoMo="],
    ["dingtalk", "SECabc", 1_599_360_473_000, decodeURIComponent("3SJkK5Fm70JVVkwmvZFkgdPlr53Kn2utLHLz9DzuOSc%3D")],
  ] as const)("of %s", async ([vendor, secret, now, mac], { expect }) => {
    const signing = signingOf(vendor, secret, now);
    expect(await hmacSha256(signing?.key ?? "", signing?.content ?? "")).toBe(mac);
  });

  it("exists only for 钉钉 and 飞书", ({ expect }) => {
    expect(signingOf("wecom", "s", NOW)).toBeUndefined();
    expect(signingOf("slack", "s", NOW)).toBeUndefined();
  });
});

describe("a message to a robot", () => {
  it("of WeCom is a text", async ({ expect }) => {
    const { outcome, url, body, calls } = await send(WECOM, json({ errcode: 0, errmsg: "ok" }));
    expect(outcome).toEqual({ ok: true, value: undefined });
    expect(url).toBe(WECOM.url);
    expect(body).toEqual({ msgtype: "text", text: { content: TEXT } });
    expect(calls[0]?.init).toMatchObject({ method: "POST", redirect: "manual" });
    expect(calls[0]?.init.headers["content-type"]).toBe("application/json");
  });

  it("of 钉钉 has timestamp and signature in its URL when there is a secret", async ({ expect }) => {
    const answer = json({ errcode: 0, errmsg: "ok" });
    const signed = await send({ ...DINGTALK, secret: "SECabc" }, answer);
    expect(signed.url).toBe(
      `${DINGTALK.url}&timestamp=1599360473000&sign=3SJkK5Fm70JVVkwmvZFkgdPlr53Kn2utLHLz9DzuOSc%3D`,
    );
    expect(signed.body).toEqual({ msgtype: "text", text: { content: TEXT } });
    expect((await send(DINGTALK, answer)).url).toBe(DINGTALK.url);
  });

  it("of 飞书 has them in its body", async ({ expect }) => {
    const answer = json({ code: 0, msg: "success", data: {} });
    const signed = await send({ ...FEISHU, secret: "SECRET" }, answer);
    expect(signed.url).toBe(FEISHU.url);
    expect(signed.body).toEqual({
      timestamp: "1599360473",
      sign: "dkDGhTZacsd3yXW3YtXxmQjKIazeY68phrEMdV1uoMo=",
      msg_type: "text",
      content: { text: TEXT },
    });
    expect((await send(FEISHU, answer)).body).toEqual({ msg_type: "text", content: { text: TEXT } });
  });

  it("of Slack is a text in which nothing is read as a link or a mention", async ({ expect }) => {
    const { outcome, body } = await send({ ...SLACK, language: "en" }, () => new Response("ok"), {
      type: "test",
      robot: "<!channel>&",
    });
    expect(outcome.ok).toBe(true);
    expect(body.text).toMatch(/^\[Support desk\] Test message: the robot &lt;!channel&gt;&amp; is connected\./);
  });

  it("has at most 2 048 bytes, for any number of waiting users", async ({ expect }) => {
    const many = { count: Number.MAX_SAFE_INTEGER, waitedMs: 3_650 * 86_400_000 };
    const alert: Alert = {
      type: "waiting",
      causes: [
        { cause: "no_agent", ...many },
        { cause: "long_wait", ...many },
      ],
    };
    const { body } = await send(WECOM, json({ errcode: 0 }), alert);
    // The longest address of a desk is 500 characters.
    expect(new TextEncoder().encode(body.text.content).length + 500).toBeLessThan(2_048);
  });
});

describe("an answer of a robot", () => {
  it.for([
    ["WeCom", WECOM, { errcode: 93_000, errmsg: "invalid webhook url" }, 200, "wrong_key", "93000"],
    ["WeCom", WECOM, { errcode: 45_009, errmsg: "api freq out of limit" }, 200, "too_many", "45009"],
    ["WeCom", WECOM, { errcode: -1, errmsg: "system error" }, 200, "vendor_error", "-1"],
    ["WeCom", WECOM, { errmsg: "ok" }, 200, "unreadable_answer", "200"],
    ["WeCom", WECOM, { errcode: "0" }, 200, "unreadable_answer", "200"],
    ["WeCom", WECOM, null, 200, "unreadable_answer", "200"],
    ["WeCom", WECOM, {}, 502, "unreachable", "502"],
    ["WeCom", WECOM, { errcode: 0 }, 500, "unreachable", "500"],
    ["钉钉", DINGTALK, { errcode: 310_000, errmsg: "keywords not in content" }, 200, "keyword", "310000"],
    ["钉钉", DINGTALK, { errcode: 310_000, errmsg: "sign not match" }, 200, "wrong_signature", "310000"],
    ["钉钉", DINGTALK, { errcode: 310_000, errmsg: "invalid timestamp" }, 200, "wrong_signature", "310000"],
    ["钉钉", DINGTALK, { errcode: 310_000, errmsg: "ip 203.0.113.9 not in whitelist" }, 200, "ip_refused", "310000"],
    ["钉钉", DINGTALK, { errcode: 310_000, errmsg: "?" }, 200, "restricted", "310000"],
    ["钉钉", DINGTALK, { errcode: 300_001, errmsg: "token is not exist" }, 200, "wrong_key", "300001"],
    ["钉钉", DINGTALK, { errcode: 130_101, errmsg: "send too fast" }, 200, "too_many", "130101"],
    ["飞书", FEISHU, { code: 19_021, msg: "sign match fail" }, 200, "wrong_signature", "19021"],
    ["飞书", FEISHU, { code: 19_022, msg: "Ip Not Allowed" }, 200, "ip_refused", "19022"],
    ["飞书", FEISHU, { code: 19_024, msg: "Key Words Not Found" }, 200, "keyword", "19024"],
    ["飞书", FEISHU, { code: 9_499, msg: "Bad Request" }, 400, "bad_request", "9499"],
    ["飞书", FEISHU, { code: 11_232, msg: "frequency limited" }, 200, "too_many", "11232"],
    ["Slack", SLACK, {}, 404, "wrong_key", "404"],
    ["Slack", SLACK, {}, 403, "group_gone", "403"],
    ["Slack", SLACK, {}, 410, "group_gone", "410"],
    ["Slack", SLACK, {}, 400, "bad_request", "400"],
    ["Slack", SLACK, {}, 200, "unreadable_answer", "200"],
  ] as const)("of %s is read: %o %o %i", async ([, to, body, status, reason, code], { expect }) => {
    expect((await send(to, json(body, status))).outcome).toEqual(refusedWith(reason, code));
  });

  it("may name the time of the next attempt", async ({ expect }) => {
    const busy = () => new Response("", { status: 429, headers: { "retry-after": "30" } });
    expect((await send(SLACK, busy)).outcome).toEqual({
      ok: false,
      error: { reason: "too_many", code: "429", retryAfterMs: 30_000 },
    });
  });

  it("is not followed, not read beyond a limit and not waited for without end", async ({ expect }) => {
    expect((await send(WECOM, () => Response.redirect("https://elsewhere.example.com/", 307))).outcome).toEqual(
      refusedWith("redirected"),
    );
    expect((await send(WECOM, () => new Response("x".repeat(5_000)))).outcome).toEqual(
      refusedWith("unreadable_answer"),
    );
    expect((await send(WECOM, () => new Response("x".repeat(5_000), { status: 500 }))).outcome).toEqual(
      refusedWith("unreachable", "500"),
    );
    expect((await send(WECOM, () => Promise.reject(new TypeError(`fetch ${KEY}`)))).outcome).toEqual(
      refusedWith("unreachable"),
    );
  });

  it("ends after five seconds", async ({ expect }) => {
    vi.useFakeTimers();
    try {
      const sent = send(WECOM, () => new Promise<Response>(() => {}));
      await vi.advanceTimersByTimeAsync(5_000);
      expect((await sent).outcome).toEqual(refusedWith("unreachable"));
    } finally {
      vi.useRealTimers();
    }
  });

  it("is never requested from a private address", async ({ expect }) => {
    const { outcome, calls } = await send({ ...WECOM, url: "https://169.254.169.254/" }, json({ errcode: 0 }));
    expect(outcome).toEqual(refusedWith("url_refused"));
    expect(calls).toEqual([]);
  });

  it("leaves one log line without key, secret and the vendor's text", async ({ expect }) => {
    const answer = json({ errcode: 310_000, errmsg: `sign ${KEY} not match 13800138000` });
    const { lines, outcome } = await send({ ...DINGTALK, secret: "SECabcdef" }, answer);
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        event: "alert",
        robot: "duty",
        vendor: "dingtalk",
        type: "waiting",
        outcome: "wrong_signature",
        code: "310000",
      },
    ]);
    expect(JSON.stringify([lines, outcome])).not.toMatch(/must-not-leak|SECabc|138|dingtalk\.com/);
  });
});
