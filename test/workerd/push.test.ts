import { evictDurableObject, listDurableObjectIds, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, it } from "vitest";
import type { PushFormat, PushMode } from "../../emulator/push-model.ts";
import {
  account,
  APPID,
  conversation,
  emulatedApp,
  kindsOf,
  OTHER_APPID,
  playWeChat,
  readTexts,
  remote,
} from "../support/workerd.ts";
import { lines, wechat } from "./each-test.ts";
import { usePushes } from "./push-bench.ts";

async function countObjects(): Promise<number> {
  return (await listDurableObjectIds(env.CONVERSATION)).length;
}

usePushes();

describe("the push URL", () => {
  it("returns a signed echostr byte for byte, and refuses all others", async ({ expect }) => {
    expect((await wechat.verify({ echostr: "  5x&<b>" })).verdict).toBe("echoed");
    expect((await wechat.verify({ signature: "0".repeat(40) })).status).toBe(403);
    expect((await exports.default.fetch(new Request("https://kefu.test/wechat/message?echostr=1"))).status).toBe(403);
  });

  it("accepts every configured appid and no other", async ({ expect }) => {
    expect((await wechat.verify({ appid: OTHER_APPID })).verdict).toBe("echoed");
    expect((await exports.default.fetch(new Request("https://kefu.test/wechat/wx1/message"))).status).toBe(404);
  });

  it("answers a text by the rules, through the send API", async ({ expect }) => {
    const push = await wechat.text("oRules", "价格多少");
    expect(push.outcome).toBe("acknowledged");
    await expect.poll(() => readTexts(wechat, "oRules")).toEqual(["价格见商品页"]);
    await expect.poll(() => kindsOf("oRules")).toEqual(["in", "out", "sent"]);
  });

  it("greets a user who enters", async ({ expect }) => {
    await wechat.enter("oEnter", "page=1");
    await expect.poll(() => readTexts(wechat, "oEnter")).toEqual(["欢迎光临"]);
  });

  it("stores and acknowledges unknown kinds", async ({ expect }) => {
    const voice = { kind: "message", msgType: "voice", fields: { MediaId: "m1" } } as const;
    expect((await wechat.push({ openid: "oVoice", content: voice })).outcome).toBe("acknowledged");
    expect((await remote("oVoice").rows(0, 10))?.rows[0]).toMatchObject({
      kind: "in",
      facts: { event: "message", type: "unknown", grant: { name: "message", count: 5 } },
      content: { name: "voice" },
    });
  });

  it("keeps app-wide and unknown events out of conversations", async ({ expect }) => {
    const before = await countObjects();
    const events = ["debug_demo", "wxa_media_check", "some_new_event"];
    for (const event of events) expect((await wechat.event("oApp", event)).outcome).toBe("acknowledged");
    expect(await countObjects()).toBe(before);
    const stored = await runInDurableObject(account(), (object) => object.appEvents(0, 10));
    expect(stored.map(({ event }) => event.name)).toEqual(events);
  });
});

const modes: readonly PushMode[] = ["secure", "compatible"];
const formats: readonly PushFormat[] = ["xml", "json"];
describe.each(modes.flatMap((mode) => formats.map((format) => ({ mode, format }))))(
  "a push in $mode mode as $format",
  ({ mode, format }) => {
    it("is answered, handed over in the same way on every repeat, and handled once", async ({ expect }) => {
      const app = playWeChat({ apps: [emulatedApp(APPID, mode, format)] });
      const user = `oMode-${mode}-${format}`;
      const push = await app.text(user, "人工", { copies: 5 });
      expect(push.attempts.map((attempt) => attempt.verdict)).toEqual(Array(5).fill("transfer"));
      const again = await app.redeliver({ id: push.id });
      expect(again.attempts.at(-1)?.verdict).toBe("transfer");
      expect(await kindsOf(user)).toEqual(["in"]);
    });
  },
);

describe("thirty deliveries of one push at once", () => {
  it("are one message, one answer, thirty acknowledgements", async ({ expect }) => {
    const push = await wechat.text("oStorm", "价格", { copies: 30 });
    expect(push.attempts.filter((attempt) => attempt.verdict === "success")).toHaveLength(30);
    await expect.poll(() => kindsOf("oStorm")).toEqual(["in", "out", "sent"]);
    expect(await readTexts(wechat, "oStorm")).toHaveLength(1);
  });

  it("do not mix up two apps with the same openid and MsgId", async ({ expect }) => {
    const msgId = "23637352235060883";
    await Promise.all([
      wechat.text("oTwin", "价格", { msgId }),
      wechat.text("oTwin", "价格", { msgId, appid: OTHER_APPID }),
    ]);
    await expect.poll(() => kindsOf("oTwin")).toContain("sent");
    await expect.poll(() => kindsOf("oTwin", OTHER_APPID)).toContain("sent");
    expect(await readTexts(wechat, "oTwin", OTHER_APPID)).toHaveLength(1);
  });
});

describe("a refused push", () => {
  const refusals = [
    ["forged", { signature: "0".repeat(40) }, 403, "bad_signature"],
    ["for another app", { receiveId: OTHER_APPID }, 403, "wrong_appid"],
    ["in plaintext", { mode: "plain" }, 403, "push_mode_mismatch"],
  ] as const;

  it.each(refusals)(
    "that is %s gets a short answer, a log line, and no row",
    async (what, overrides, status, reason) => {
      const { expect } = await import("vitest");
      const before = await countObjects();
      const user = `oRefused-${reason}`;
      const push = await wechat.text(user, "价格", { overrides });
      expect(push.attempts[0]).toMatchObject({ status });
      expect(push.attempts[0]?.body.length).toBeLessThan(32);
      expect(lines()).toContainEqual(expect.objectContaining({ event: "push_refused", outcome: reason }));
      expect(await countObjects(), what).toBe(before);
    },
  );

  it("in plaintext is logged with the remedy", async ({ expect }) => {
    await wechat.text("oPlain", "价格", { overrides: { mode: "plain" } });
    const refused = lines().find((line) => line["event"] === "push_refused");
    expect(refused).toMatchObject({ outcome: "push_mode_mismatch", expected: "secure", came: "plaintext" });
    expect(refused?.["cure"]).toContain("安全模式");
  });

  it("over 64 KB is refused by its header and by its length", async ({ expect }) => {
    const url = `https://kefu.test/wechat/${APPID}/message?signature=x&timestamp=1&nonce=1`;
    const named = new Request(url, { method: "POST", body: "x".repeat(70_000) });
    expect((await exports.default.fetch(named)).status).toBe(413);
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 16_384;
        controller.enqueue(new Uint8Array(16_384).fill(32));
      },
    });
    const streamed = new Request(url, { method: "POST", body: endless });
    expect((await exports.default.fetch(streamed)).status).toBe(413);
    expect(pulled).toBeLessThan(512 * 1_024);
  });

  it("that is not UTF-8 is refused", async ({ expect }) => {
    const url = `https://kefu.test/wechat/${APPID}/message?signature=x&timestamp=1&nonce=1`;
    const request = new Request(url, { method: "POST", body: new Uint8Array([0xff, 0xfe, 0xfd]) });
    expect((await exports.default.fetch(request)).status).toBe(400);
    expect(lines()).toContainEqual(expect.objectContaining({ event: "push_refused", outcome: "body_not_utf8" }));
  });

  it("that is genuine but unreadable is acknowledged and kept for the operator", async ({ expect }) => {
    const push = await wechat.text("oOdd", "", { overrides: { plaintext: "<xml><MsgType>text" } });
    expect(push.attempts[0]?.verdict).toBe("success");
    const kept = await account().quarantined(10);
    expect(kept).toContainEqual(expect.objectContaining({ body: "<xml><MsgType>text" }));
  });
});

describe("log lines", () => {
  it("contain no openid, text, token or secret", async ({ expect }) => {
    const user = "oSecretUser0000000000000001";
    await wechat.text(user, "我的手机号是13800000000 价格");
    await expect.poll(() => readTexts(wechat, user)).toHaveLength(1);
    await wechat.text(user, "x", { overrides: { signature: "f".repeat(40) } });
    const all = JSON.stringify(lines());
    expect(all).toContain('"event":"push"');
    expect(lines().filter(({ event }) => event === "push")).toMatchObject([
      { conversation: conversation(user).id.toString().slice(0, 12) },
    ]);
    for (const secret of [
      // The beginning of an openid would be enough to identify the user.
      user.slice(0, 8),
      "13800000000",
      "价格见商品页",
      "edgekefutesttoken",
      "0123456789abcdef0123456789abcdef",
    ]) {
      expect(all).not.toContain(secret);
    }
  });
});

describe("log lines of an unreadable push", () => {
  it("name the cause without the content", async ({ expect }) => {
    const plaintext = "<xml><Content>13800000000</Content><MsgType>text";
    await wechat.text("oSecretUser0000000000000002", "", { overrides: { plaintext } });
    expect(lines()).toContainEqual(expect.objectContaining({ event: "push_quarantined", cause: "xml: malformed" }));
    expect(JSON.stringify(lines())).not.toMatch(/13800000000|oSecretUser/);
  });
});

describe("the memory of objects is not needed", () => {
  it("a conversation evicted between two pushes continues unchanged", async ({ expect }) => {
    await wechat.text("oEvict", "价格");
    await expect.poll(() => kindsOf("oEvict")).toContain("sent");
    await evictDurableObject(conversation("oEvict"));
    await wechat.text("oEvict", "价格");
    await expect.poll(() => readTexts(wechat, "oEvict")).toHaveLength(2);
    // The first answer was recorded so shortly before the second message that, by the allowed clock difference, it
    // counts against that message's window, too.
    expect((await remote("oEvict").view(1))?.window.remaining).toBe(3);
  });
});
