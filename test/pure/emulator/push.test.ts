/**
 * Pushes as a worker receives them: built, signed and encrypted for every mode and format, delivered, and repeated
 * (WECHAT.md §1.3–1.6, §3). The file is long because one simulated worker receives them all.
 */
import { Buffer } from "node:buffer";
import { describe, it } from "vitest";
import type { EmulatedApp } from "../../../emulator/model.ts";
import type { PushContent } from "../../../emulator/push-model.ts";
import { APP, createHarness, receive, START, type ReceivedPush } from "./harness.ts";

const MODES = ["plain", "compatible", "secure"] as const;
const FORMATS = ["xml", "json"] as const;
const VARIANTS = MODES.flatMap((mode) => FORMATS.map((format) => ({ mode, format })));

/** An emulator whose worker records its pushes and acknowledges them. */
function createReceiver(app: EmulatedApp = APP) {
  const received: ReceivedPush[] = [];
  const harness = createHarness({
    apps: [app],
    worker: async (request) => {
      received.push(await receive(app, request));
      return new Response("success");
    },
  });
  return { ...harness, received };
}

describe("a push", () => {
  it.for(VARIANTS)("reaches a $mode worker, genuine and readable, as $format", async ({ mode, format }, { expect }) => {
    const app = { ...APP, mode, format };
    const { control, received } = createReceiver(app);
    const record = await control.text("oUser", '在吗 ]]> <b>"1\\2"', { msgId: "23637352235060883" });

    expect(record).toMatchObject({ kind: "text", msgId: "23637352235060883", outcome: "acknowledged" });
    const [push] = received;
    expect(push?.isGenuine).toBe(true);
    expect(push?.receiveId).toBe(mode === "plain" ? null : app.appid);
    expect(push?.query.get("encrypt_type")).toBe(mode === "plain" ? null : "aes");
    expect(push?.query.get("openid")).toBe(mode === "plain" ? null : "oUser");
    expect(push?.envelope.includes("FromUserName")).toBe(mode !== "secure");
    expect(push?.text).toContain(format === "xml" ? "<MsgId>23637352235060883</MsgId>" : '"MsgId":23637352235060883');
    expect(push?.text).toContain(format === "xml" ? "<![CDATA[在吗 ]]> <b>" : JSON.stringify('在吗 ]]> <b>"1\\2"'));
    expect(push?.text).toContain(format === "xml" ? `<CreateTime>${START / 1000}<` : `"CreateTime":${START / 1000},`);
    expect(push?.contentType).toBe(format === "xml" ? "text/xml" : "application/json");
  });

  it("numbers messages above 2^53, increasing by one, so that a worker that rounds confuses them", async ({
    expect,
  }) => {
    const { control } = createReceiver();
    const first = BigInt((await control.text("oUser", "1")).msgId ?? 0);
    const second = BigInt((await control.text("oUser", "2")).msgId ?? 0);
    const third = BigInt((await control.text("oUser", "3")).msgId ?? 0);
    expect(first > 2n ** 53n).toBe(true);
    expect([second - first, third - second]).toStrictEqual([1n, 1n]);
    expect(new Set([Number(first), Number(second), Number(third)]).size).toBeLessThan(3);
  });

  it("has such a number for any time of the clock", async ({ expect }) => {
    const { control, state } = createReceiver();
    state.now = 0;
    expect(BigInt((await control.text("oUser", "1")).msgId ?? 0) > 2n ** 53n).toBe(true);
  });

  const shapes: { content: PushContent; xml: RegExp; hasMsgId: boolean }[] = [
    {
      content: { kind: "enter", sessionFrom: "page=detail&id=7" },
      xml: /<MsgType><!\[CDATA\[event\]\]><\/MsgType><Event><!\[CDATA\[user_enter_tempsession\]\]><\/Event><SessionFrom><!\[CDATA\[page=detail&id=7\]\]>/,
      hasMsgId: false,
    },
    {
      content: { kind: "miniprogrampage", title: "商品", pagePath: "pages/a?id=1" },
      xml: /<Title><!\[CDATA\[商品\]\]><\/Title><AppId><!\[CDATA\[wx1111111111111111\]\]><\/AppId><PagePath><!\[CDATA\[pages\/a\?id=1\]\]>.*<ThumbMediaId>/,
      hasMsgId: true,
    },
    {
      content: { kind: "event", event: "debug_demo", fields: { debug_str: "hi" } },
      xml: /<Event><!\[CDATA\[debug_demo\]\]><\/Event><debug_str><!\[CDATA\[hi\]\]>/,
      hasMsgId: false,
    },
    {
      content: {
        kind: "event",
        event: "subscribe_msg_popup_event",
        fields: { FromUserName: "oOther", SubscribeMsgPopupEvent: { List: [{ PopupScene: 0 }, { PopupScene: 1 }] } },
      },
      xml: /<FromUserName><!\[CDATA\[oOther\]\]>.*<SubscribeMsgPopupEvent><List><PopupScene>0<\/PopupScene><\/List><List><PopupScene>1<\/PopupScene><\/List><\/SubscribeMsgPopupEvent>/,
      hasMsgId: false,
    },
    {
      content: { kind: "message", msgType: "voice", fields: { Format: "amr" } },
      xml: /<MsgType><!\[CDATA\[voice\]\]><\/MsgType><Format>/,
      hasMsgId: true,
    },
  ];
  it.for(shapes)(
    "of kind $content.kind has the fields of WECHAT.md §3",
    async ({ content, xml, hasMsgId }, { expect }) => {
      const { control, received } = createReceiver();
      await control.push({ openid: "oUser", content, businessId: 7 });
      expect(received[0]?.text).toMatch(xml);
      expect(received[0]?.text.includes("<MsgId>")).toBe(hasMsgId);
      expect(received[0]?.text).toContain("<BusinessId>7</BusinessId>");
    },
  );

  it("of another product may lack its head", async ({ expect }) => {
    const { control, received } = createReceiver();
    const event = "xpay_goods_deliver_notify";
    const content = { kind: "event", event, omit: ["ToUserName", "CreateTime"] } as const;
    await control.push({ openid: "oUser", content });
    expect(received[0]?.text).toMatch(/^<xml><FromUserName><!\[CDATA\[oUser\]\]><\/FromUserName><MsgType>/);
    expect(received[0]?.text).not.toMatch(/ToUserName|CreateTime/);
    await control.push({ openid: "oUser", content: { kind: "event", event, omit: ["FromUserName", "MsgType"] } });
    expect(received[1]?.text).not.toMatch(/FromUserName|MsgType/);
  });

  it("enters with a session-from of 1024 characters", async ({ expect }) => {
    const { control, received } = createReceiver();
    await control.enter("oUser", "字".repeat(1_024));
    expect(received[0]?.text).toContain(`<SessionFrom><![CDATA[${"字".repeat(1_024)}]]>`);
  });

  it("offers the user's picture for download", async ({ expect }) => {
    const { control, received, wechat, token } = createReceiver();
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2]);
    await control.image("oUser", jpeg.toString("base64"));
    const mediaId = /<MediaId><!\[CDATA\[(.*?)\]\]>/.exec(received[0]?.text ?? "")?.[1] ?? "";
    const url = `https://api.weixin.qq.com/cgi-bin/media/get?access_token=${await token()}&media_id=${mediaId}`;
    const answer = await wechat.handle(new Request(url));
    expect(answer.headers.get("content-type")).toBe("image/jpeg");
    expect(Buffer.from(await answer.arrayBuffer())).toStrictEqual(jpeg);
  });
});

describe("an overridden push", () => {
  it("with a wrong signature is sent once and does not affect the user", async ({ expect }) => {
    const harness = createHarness({ worker: () => new Response("no", { status: 403 }) });
    const record = await harness.control.text("oUser", "x", { overrides: { signature: "0".repeat(40) } });
    expect(record.attempts).toMatchObject([{ status: 403, verdict: "refused" }]);
    expect(await harness.control.chat("oUser")).toMatchObject({ lines: [], quota: { remaining: 0 } });
  });

  it("can have another appid, another mode and another timestamp", async ({ expect }) => {
    const { control, received } = createReceiver();
    await control.text("oUser", "x", { overrides: { receiveId: "wxother" } });
    await control.text("oUser", "x", { overrides: { mode: "plain", timestamp: 1_700_000_000 } });
    expect(received[0]).toMatchObject({ receiveId: "wxother", isGenuine: true });
    expect(received[1]).toMatchObject({ receiveId: null, isGenuine: true });
    expect(received[1]?.query.get("timestamp")).toBe("1700000000");
  });

  it("with invalid content is genuine all the same, and is sent again like any other", async ({ expect }) => {
    const { control, received, worker } = createReceiver();
    const acknowledge = worker.answer;
    let calls = 0;
    worker.answer = (request) => ((calls += 1) === 1 ? new Response("", { status: 500 }) : acknowledge(request));
    const record = await control.text("oUser", "x", { overrides: { plaintext: "<xml><broken" } });
    expect(record).toMatchObject({ outcome: "acknowledged", attempts: [{ status: 500 }, { status: 200 }] });
    expect(received[0]).toMatchObject({ isGenuine: true, text: "<xml><broken", receiveId: APP.appid });
    expect((await control.chat("oUser")).lines).toStrictEqual([]);
  });
});

describe("delivery", () => {
  const msgIdOf = (push: ReceivedPush | undefined) => /<MsgId>(\d+)</.exec(push?.text ?? "")?.[1];
  const createTimeOf = (push: ReceivedPush | undefined) => Number(/<CreateTime>(\d+)</.exec(push?.text ?? "")?.[1]);

  it("sends the same MsgId and CreateTime again until it is acknowledged, with a delay between", async ({ expect }) => {
    const { control, received, worker, state } = createReceiver();
    const acknowledge = worker.answer;
    worker.answer = async (request) => {
      const answer = await acknowledge(request);
      return received.length < 3 ? new Response("", { status: 503 }) : answer;
    };
    await control.switches({ retryGapMs: 2_000 });
    const record = await control.text("oUser", "x");
    expect(record.outcome).toBe("acknowledged");
    expect(record.attempts.map(({ verdict }) => verdict)).toStrictEqual(["refused", "refused", "success"]);
    expect(new Set(received.map(msgIdOf)).size).toBe(1);
    expect(new Set(received.map(createTimeOf)).size).toBe(1);
    expect(new Set(received.map(({ query }) => query.get("nonce"))).size).toBe(3);
    expect(state.slept).toStrictEqual([2_000, 2_000]);
  });

  it("uses a new CreateTime for a retry when that assumption is switched on", async ({ expect }) => {
    const { control, received, worker } = createReceiver();
    const acknowledge = worker.answer;
    worker.answer = async (request) => {
      await acknowledge(request);
      return new Response("", { status: received.length < 2 ? 503 : 200 });
    };
    await control.switches({ retryCreateTime: "new", retryGapMs: 5_000 });
    await control.text("oUser", "x");
    expect(received.map(createTimeOf)).toStrictEqual([START / 1000, START / 1000 + 5]);
    expect(msgIdOf(received[0])).toBe(msgIdOf(received[1]));
  });

  it("stops after three retries and shows the user the error line", async ({ expect }) => {
    const { control } = createHarness({ worker: () => Promise.reject(new Error("connection refused")) });
    const record = await control.text("oUser", "x");
    expect(record.outcome).toBe("unavailable");
    expect(record.attempts).toHaveLength(4);
    expect(record.attempts[0]).toMatchObject({ status: null, verdict: "network", problem: "connection refused" });
    expect((await control.chat("oUser")).lines.at(-1)).toMatchObject({
      from: "system",
      text: "该小程序提供的服务出现故障，请稍后再试",
      pushId: record.id,
    });
  });

  it("closes the connection after five seconds", async ({ expect }) => {
    const aborted: boolean[] = [];
    const harness = createHarness({
      worker: (request) => {
        request.signal.addEventListener("abort", () => aborted.push(true));
        return new Promise<Response>(() => {});
      },
    });
    harness.state.timers = "instant";
    const record = await harness.control.text("oUser", "x");
    expect(record.attempts.map(({ verdict, ms }) => [verdict, ms])).toStrictEqual(
      Array.from({ length: 4 }, () => ["timeout", 5_000]),
    );
    expect(aborted).toHaveLength(4);
  });

  it("does not send a refused push again when that assumption is switched off", async ({ expect }) => {
    const { control } = createHarness({
      worker: () => new Response("", { status: 500 }),
      switches: { retryNon200: false },
    });
    expect(await control.text("oUser", "x")).toMatchObject({ outcome: "unavailable", attempts: [{ status: 500 }] });
  });

  it("does not send a push with a malformed answer again, but shows the error line", async ({ expect }) => {
    const { control } = createHarness({ worker: () => new Response("success\n") });
    const record = await control.text("oUser", "x");
    expect(record.attempts.map(({ verdict }) => verdict)).toStrictEqual(["malformed"]);
    expect((await control.chat("oUser")).lines.at(-1)?.from).toBe("system");
  });

  it("shows no error line for an event outside the chat", async ({ expect }) => {
    const { control } = createHarness({ worker: () => new Response("", { status: 500 }) });
    expect((await control.event("oUser", "debug_demo")).outcome).toBe("unavailable");
    expect((await control.chat("oUser")).lines).toStrictEqual([]);
  });

  it("delivers copies at once, and uses the best answer", async ({ expect }) => {
    let inFlight = 0;
    let most = 0;
    const harness = createHarness({
      worker: async () => {
        inFlight += 1;
        most = Math.max(most, inFlight);
        await new Promise((resolve) => setImmediate(resolve));
        inFlight -= 1;
        return most === 20 && inFlight === 0 ? new Response("success") : new Response("", { status: 500 });
      },
    });
    const record = await harness.control.text("oUser", "x", { copies: 20 });
    expect(most).toBe(20);
    expect(record).toMatchObject({ outcome: "acknowledged" });
    expect(record.attempts).toHaveLength(20);
    expect((await harness.control.chat("oUser")).lines).toHaveLength(1);
  });

  it("keeps a push back and delivers it out of order", async ({ expect }) => {
    const { control, received } = createReceiver();
    const early = await control.text("oUser", "1", { deliver: false });
    const late = await control.text("oUser", "2");
    expect(early).toMatchObject({ outcome: "held", attempts: [] });
    const delivered = await control.redeliver({ id: early.id });
    expect(delivered).toMatchObject({ outcome: "acknowledged", msgId: early.msgId });
    expect(received.map(msgIdOf)).toStrictEqual([late.msgId, early.msgId]);
  });

  it("marks a delayed push as failed when its only attempt fails, and as acknowledged when a later one succeeds", async ({
    expect,
  }) => {
    const { control, worker } = createReceiver();
    const acknowledge = worker.answer;
    const { id } = await control.text("oUser", "1", { deliver: false });
    worker.answer = () => new Response("", { status: 500 });
    expect(await control.redeliver({ id })).toMatchObject({ outcome: "unavailable", attempts: [{ status: 500 }] });
    worker.answer = acknowledge;
    expect((await control.redeliver({ id })).outcome).toBe("acknowledged");
    expect((await control.chat("oUser")).lines).toHaveLength(1);
  });

  it("delivers exactly the same push again later, in many copies, without another chat line", async ({ expect }) => {
    const { control, received, state } = createReceiver();
    const { id } = await control.text("oUser", "1");
    state.now += 60_000;
    const again = await control.redeliver({ id, copies: 5 });
    expect(again.attempts).toHaveLength(6);
    expect(new Set(received.map(msgIdOf)).size).toBe(1);
    expect(new Set(received.map(createTimeOf))).toStrictEqual(new Set([START / 1000]));
    expect((await control.chat("oUser")).lines).toHaveLength(1);
  });

  it("answers before the delivery has ended when `wait` is false", async ({ expect }) => {
    const { control, worker } = createReceiver();
    let answer: (response: Response) => void = () => {};
    worker.answer = () => new Promise<Response>((resolve) => (answer = resolve));
    const early = await control.text("oUser", "1", { wait: false });
    expect(early).toMatchObject({ outcome: "pending", attempts: [] });
    answer(new Response(""));
    expect(await control.pushed(early.id)).toMatchObject({
      outcome: "acknowledged",
      attempts: [{ verdict: "success" }],
    });
  });
});

describe("the verification", () => {
  it("accepts exactly the echo of a correctly signed request", async ({ expect }) => {
    const seen: ReceivedPush[] = [];
    const { control, worker } = createHarness({
      worker: async (request) => {
        const push = await receive(APP, request);
        seen.push(push);
        return push.isGenuine ? new Response(push.query.get("echostr")) : new Response("", { status: 403 });
      },
    });
    expect(await control.verify({ echostr: "4375120948345356249" })).toMatchObject({ verdict: "echoed", status: 200 });
    expect(await control.verify({ signature: "f".repeat(40) })).toMatchObject({ verdict: "refused", status: 403 });
    worker.answer = (request) => new Response(`"${new URL(request.url).searchParams.get("echostr")}"`);
    expect(await control.verify()).toMatchObject({ verdict: "refused", status: 200 });
    expect(seen.map(({ isGenuine }) => isGenuine)).toStrictEqual([true, false]);
  });
});
