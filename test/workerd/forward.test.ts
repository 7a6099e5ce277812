/** Pushes that are also forwarded to the team's own push server. */
import { describe, it, vi } from "vitest";
import { APPID, fetchWith, kindsOf, playWeChat, readTexts, remote, SECRETS } from "../support/workerd.ts";
import { lines } from "./each-test.ts";
import {
  answerOf,
  bodiesOf,
  DELIVERED,
  events,
  old,
  oldServer,
  playForwarding,
  useForwarding,
} from "./forward-bench.ts";

useForwarding();

const MODES = (["secure", "compatible", "plain"] as const).flatMap((mode) =>
  (["xml", "json"] as const).map((format) => ({ mode, format })),
);

describe("a push of a kind that is forwarded", () => {
  it.each(MODES)(
    "in $mode mode as $format goes as it came, after it was stored; the answer is relayed",
    async ({ mode, format }) => {
      const { expect } = await import("vitest");
      // The worker's mode decides: in plain mode it accepts plain pushes.
      const apps = [{ appid: APPID, ...SECRETS, mode }];
      const wechat = await playForwarding("xpay_*", { WECHAT_APPS: JSON.stringify(apps) }, [mode, format]);
      const push = await wechat.event("oPay", "xpay_goods_deliver_notify", {
        OutTradeNo: `T-${mode}-${format}`,
        Name: "茶杯",
      });
      expect(bodiesOf(push)).toEqual([DELIVERED]);
      expect(old.forwarded).toHaveLength(1);
      const [
        { url, body, contentType, stored } = { url: new URL("https://none"), body: "", contentType: "", stored: 0 },
      ] = old.forwarded;
      expect(stored).toBe(1);
      expect(body).toBe(old.sent[0]?.body);
      expect(contentType).toBe(format === "xml" ? "text/xml" : "application/json");
      expect(url.pathname).toBe("/push");
      expect(url.search).toBe(`?site=1&${new URL(old.sent[0]?.url ?? "").search.slice(1)}`);
    },
  );

  it("is answered with the server's content type and bytes unchanged", async ({ expect }) => {
    const bytes = new Uint8Array([0, 255, 254, 13, 10, 0xef, 0xbb, 0xbf]);
    old.answer = () => new Response(bytes, { headers: { "content-type": "application/octet-stream" } });
    const responses: Response[] = [];
    const given = { WECHAT_FORWARD_KINDS: "odd_event", WECHAT_FORWARD_URL: "https://old.example.com/" };
    const wechat = playWeChat({
      worker: async (request) => {
        const response = await fetchWith(given, request);
        responses.push(response.clone());
        return response;
      },
      hosts: { "old.example.com": oldServer },
      switches: { retries: 0 },
    });
    await wechat.event("oOdd", "odd_event");
    expect(responses[0]?.headers.get("content-type")).toBe("application/octet-stream");
    expect(new Uint8Array((await responses[0]?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(bytes);
  });

  const failures: readonly (readonly [string, () => Response | Promise<Response>])[] = [
    ["an error", () => new Response("no", { status: 503 })],
    ["no content", () => new Response(null, { status: 204 })],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://old.example.com/other" } })],
    ["a broken connection", () => Promise.reject(new TypeError("gone"))],
    ["more than a push's answer can be", () => answerOf("x".repeat(20_000))],
  ];
  it.each(failures)("is refused after %s, so that the platform repeats, and forwarded again", async (what, failing) => {
    const { expect } = await import("vitest");
    const wechat = await playForwarding("xpay_*");
    old.answer = failing;
    const push = await wechat.event("oFail", "xpay_goods_deliver_notify", { OutTradeNo: what });
    expect(bodiesOf(push)).toEqual([500]);
    expect(old.forwarded).toHaveLength(1);
    expect(await events()).toHaveLength(1);
    old.answer = () => answerOf(DELIVERED);
    expect(bodiesOf(await wechat.redeliver({ id: push.id }))).toEqual([500, DELIVERED]);
    expect(old.forwarded).toHaveLength(2);
    expect(await events()).toHaveLength(1);
  });

  it("that is repeated gets the relayed answer again without another request to the server", async ({ expect }) => {
    const wechat = await playForwarding("xpay_*");
    const push = await wechat.event("oRepeat", "xpay_goods_deliver_notify", { OutTradeNo: "T2" });
    old.answer = () => answerOf("another answer");
    const again = await wechat.redeliver({ id: push.id, copies: 3 });
    expect(bodiesOf(again)).toEqual([DELIVERED, DELIVERED, DELIVERED, DELIVERED]);
    expect(old.forwarded).toHaveLength(1);
  });

  it("delivered many times simultaneously gets one answer", async ({ expect }) => {
    const wechat = await playForwarding("xpay_*");
    let answers = 0;
    old.answer = () => answerOf(`answer ${(answers += 1)}`);
    const push = await wechat.event("oStorm", "xpay_goods_deliver_notify", { OutTradeNo: "T3" }, { copies: 8 });
    expect(new Set(bodiesOf(push)).size).toBe(1);
    expect(bodiesOf(push)[0]).toMatch(/^answer \d$/);
  });

  it("leaves no address and no answer in the log", async ({ expect }) => {
    const wechat = await playForwarding("xpay_*");
    await wechat.event("oLogged", "xpay_goods_deliver_notify", { OutTradeNo: "T4" });
    expect(lines()).toContainEqual(expect.objectContaining({ event: "forward", outcome: "relayed", account: APPID }));
    expect(JSON.stringify(lines())).not.toMatch(/old\.example\.com|ErrMsg|oLogged|T4/);
  });
});

describe("a push of any other kind", () => {
  it("is answered by the worker, as without forwarding", async ({ expect }) => {
    const wechat = await playForwarding("xpay_*,trade_manage_order_settlement");
    for (const name of ["trade_manage_remind_shipping", "my_xpay_event", "wxa_media_check"]) {
      expect(bodiesOf(await wechat.event("oOther", name))).toEqual(["success"]);
    }
    expect(old.forwarded).toEqual([]);
    expect(bodiesOf(await wechat.event("oOther", "trade_manage_order_settlement"))).toEqual([DELIVERED]);
  });

  it("is not a customer's message that a pattern matches, nor the entering of a chat", async ({ expect }) => {
    const wechat = await playForwarding("*,te*t,user_enter_*");
    expect(bodiesOf(await wechat.event("oAll", "brand_new_event"))).toEqual([DELIVERED]);
    expect(bodiesOf(await wechat.event("oAll", "user_info_modified", { OpenID: "oAll" }))).toEqual([DELIVERED]);
    old.forwarded = [];
    expect(bodiesOf(await wechat.text("oAll", "价格"))).toEqual(["success"]);
    expect(bodiesOf(await wechat.image("oAll"))).toEqual(["success"]);
    expect(bodiesOf(await wechat.card("oAll", "茶杯", "pages/a"))).toEqual(["success"]);
    expect(bodiesOf(await wechat.enter("oAll", "page=1"))).toEqual(["success"]);
    const voice = { kind: "message", msgType: "voice", fields: {} } as const;
    expect(bodiesOf(await wechat.push({ openid: "oAll", content: voice }))).toEqual(["success"]);
    expect(old.forwarded).toEqual([]);
  });
});

describe("a user's push that is named", () => {
  it("is stored and answered by the rules as usual, and the server's answer is relayed", async ({ expect }) => {
    const wechat = await playForwarding("text,user_enter_tempsession");
    old.answer = () => answerOf("success", "text/plain");
    expect(bodiesOf(await wechat.enter("oNamed", "page=1"))).toEqual(["success"]);
    await expect.poll(() => readTexts(wechat, "oNamed")).toEqual(["欢迎光临"]);
    expect(bodiesOf(await wechat.text("oNamed", "价格"))).toEqual(["success"]);
    await expect.poll(() => readTexts(wechat, "oNamed")).toEqual(["欢迎光临", "价格见商品页"]);
    expect(old.forwarded).toHaveLength(2);
    expect(await kindsOf("oNamed")).toEqual(["in", "out", "sent", "in", "out", "sent"]);
  });

  it("is handed over by the server only, not by the rules", async ({ expect }) => {
    const wechat = await playForwarding("text");
    old.answer = () => answerOf("");
    const push = await wechat.text("oHand", "人工");
    expect(bodiesOf(push)).toEqual([""]);
    expect(bodiesOf(await wechat.redeliver({ id: push.id }))).toEqual(["", ""]);
    expect(old.forwarded).toHaveLength(1);
    expect((await remote("oHand").view(1))?.window).toMatchObject({ grant: "message", remaining: 5 });
  });

  it("is forwarded again after a refusal, however late the repeat is, and answered once", async ({ expect }) => {
    const wechat = await playForwarding("text");
    old.answer = () => new Response(null, { status: 502 });
    const push = await wechat.text("oLate", "价格");
    await wechat.redeliver({ id: push.id });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    old.answer = () => answerOf("success", "text/plain");
    const again = await wechat.redeliver({ id: push.id });
    expect(bodiesOf(again)).toEqual([500, 500, "success"]);
    expect(old.forwarded).toHaveLength(3);
    expect(await readTexts(wechat, "oLate")).toEqual(["价格见商品页"]);
  });
});
