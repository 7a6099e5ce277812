/**
 * The context with which a user enters, by encrypted pushes: the page's own data is returned as unverified; a context
 * signed by the shop's back end is verified if it is for this user and has not expired, also after the key changed
 * later. Any other token has no effect.
 */
import { exports } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { signContext } from "../../client/index.ts";
import type { AppContext, VerifiedContext } from "../../shared/app-context.ts";
import { encodeSessionFrom } from "../../shared/entry/session-from.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { addressOf, pass, playWeChat, readTexts, remote } from "../support/workerd.ts";
import { bodyOf, call } from "./api-client.ts";
import { lines, useWorker, wechat } from "./each-test.ts";

/** CONTEXT_KEY of vitest.config.ts. */
const KEY = "context-test-key-0123456789abcdefgh";
const NEW_KEY = "new-context-key-0123456789abcdefghi";
const CLAIMED: AppContext = { page: "pages/product/index", product: { id: "42", name: "青瓷茶杯", price: 128 } };
const VIP: VerifiedContext = { user: { id: "u1", name: "茶小姐", vip: 3 }, priority: "high" };
const LABEL = "青瓷茶杯 ¥128";
const HOUR_MS = 3_600_000;

const GREETING = "{{verified.user.name|您}}好，关于{{context.product.name|我们的商品}}";

useWorker({ settings: { greeting: { messages: [{ type: "text", content: GREETING }] } } });

/** Makes a token as the shop's back end does. */
async function sign(openid: string, { key = KEY, expiresAt = Date.now() + HOUR_MS } = {}): Promise<string> {
  const token = await signContext(key, { openid, context: VIP, expiresAt });
  if (!token.ok) throw new Error(token.error.reason);
  return token.value;
}

/** Builds a page's `session-from`. */
function from(signed?: string, context: object = CLAIMED): string {
  const text = encodeSessionFrom(context, { label: LABEL, signed });
  if (!text.ok) throw new Error(text.error.reason);
  return text.value;
}

/** Gets the context of the conversation, and that of its newest enter row. */
async function contextsOf(openid: string): Promise<{ readonly view: unknown; readonly row: unknown }> {
  const { context, rows } = await (
    await call("GET", `/api/v1/conversations/${openid}`)
  ).json<{ context: Record<string, unknown>; rows: { kind: string; content: { context?: unknown } | null }[] }>();
  const { entryText: _text, ...view } = context;
  return { view, row: rows.findLast((row) => row.content?.context !== undefined)?.content?.context };
}

/** Returns what `contextsOf` must return when no token is accepted: the page's own data, and nothing of the token. */
function unverified(unverifiedReason: string) {
  const context = { label: LABEL, claimed: CLAIMED, verified: null, unverifiedReason };
  return { view: context, row: context };
}

describe("a context without a signature", () => {
  it("is shown as unverified, and its product name is used in the greeting", async ({ expect }) => {
    await wechat.enter("oClaims", from());
    const context = { label: LABEL, claimed: CLAIMED, verified: null, unverifiedReason: null };
    expect(await contextsOf("oClaims")).toEqual({ view: context, row: context });
    await expect.poll(() => readTexts(wechat, "oClaims")).toEqual(["您好，关于青瓷茶杯"]);
  });

  it("cannot make its user a VIP", async ({ expect }) => {
    await wechat.enter("oBoaster", from(undefined, { page: "p", verified: VIP, ...VIP }));
    expect(await contextsOf("oBoaster")).toMatchObject({ view: { verified: null }, row: { verified: null } });
    await expect.poll(() => readTexts(wechat, "oBoaster")).toEqual(["您好，关于我们的商品"]);
  });

  it("may be any text of the app", async ({ expect }) => {
    await wechat.enter("oPlain", "page=cart&id=7");
    const context = { label: "", claimed: null, verified: null, unverifiedReason: null };
    expect(await contextsOf("oPlain")).toEqual({ view: context, row: context });
    const view = async () => bodyOf(await call("GET", "/api/v1/conversations/oPlain"));
    // The greeting is sent after the response.
    await expect.poll(view).toMatchObject({
      context: { entryText: "page=cart&id=7" },
      rows: [{ content: { entryText: "page=cart&id=7" } }, { kind: "out" }, { kind: "sent" }],
    });
  });
});

describe("a context signed by the shop's back end", () => {
  it("is verified for the user it was made for", async ({ expect }) => {
    await wechat.enter("oVip", from(await sign("oVip")));
    const context = { label: LABEL, claimed: CLAIMED, verified: VIP, unverifiedReason: null };
    expect(await contextsOf("oVip")).toEqual({ view: context, row: context });
    await expect.poll(() => readTexts(wechat, "oVip")).toEqual(["茶小姐好，关于青瓷茶杯"]);
  });

  it("is not valid for another user", async ({ expect }) => {
    await wechat.enter("oThief", from(await sign("oVip")));
    expect(await contextsOf("oThief")).toEqual(unverified("bad_signature"));
    await expect.poll(() => readTexts(wechat, "oThief")).toEqual(["您好，关于青瓷茶杯"]);
  });

  it("is not valid when it was forged or changed", async ({ expect }) => {
    await wechat.enter("oForger", from(await sign("oForger", { key: NEW_KEY })));
    expect(await contextsOf("oForger")).toEqual(unverified("bad_signature"));
    await wechat.enter("oForger", from((await sign("oForger")).replace('"vip":3', '"vip":9')));
    expect(await contextsOf("oForger")).toEqual(unverified("bad_signature"));
    await wechat.enter("oForger", from("vip=9"));
    expect(await contextsOf("oForger")).toEqual(unverified("malformed"));
  });

  it("is not valid after its end, also when it was verified before", async ({ expect }) => {
    const text = from(await sign("oLate"));
    await wechat.enter("oLate", text);
    expect(await contextsOf("oLate")).toMatchObject({ view: { verified: VIP } });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * HOUR_MS });
    await wechat.enter("oLate", text);
    expect(await contextsOf("oLate")).toEqual(unverified("expired"));
  });

  it("is checked at the time the user entered, not at the time the push arrived", async ({ expect }) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const slow = playWeChat({
      worker(request) {
        pass(5_000);
        return exports.default.fetch(request);
      },
    });
    await slow.enter("oSlow", from(await sign("oSlow", { expiresAt: Date.now() + 2_000 })));
    expect(await contextsOf("oSlow")).toMatchObject({ view: { verified: VIP } });
  });

  it("logs a refused token without token, openid or text", async ({ expect }) => {
    const token = await sign("oVip");
    await wechat.enter("oTraced", from(token));
    const line = lines().find(({ event }) => event === "context_unverified");
    expect(line).toMatchObject({ reason: "bad_signature" });
    const all = JSON.stringify(lines());
    for (const secret of [KEY, token, "oTraced", "oVip", "茶", '"vip"', "u1"]) expect(all).not.toContain(secret);
  });
});

describe("the result for a signed context", () => {
  /** Returns the context that a worker with other variables returns for the stored data. */
  const shownWith = async (openid: string, vars: Readonly<Record<string, string>>) =>
    (await bodyOf(await call("GET", `/api/v1/conversations/${openid}`, { vars })))["context"];

  it("does not change after the token's end or when the key is removed", async ({ expect }) => {
    await wechat.enter("oKept", from(await sign("oKept")));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 30 * 24 * HOUR_MS });
    expect(await shownWith("oKept", { CONTEXT_KEY: NEW_KEY })).toMatchObject({ verified: VIP });
    expect(await shownWith("oKept", { CONTEXT_KEY: "" })).toMatchObject({ verified: VIP });
  });

  it("remains unverified when the key is added later", async ({ expect }) => {
    const keyless = playWeChat({ vars: { CONTEXT_KEY: "" } });
    await keyless.enter("oEarly", from(await sign("oEarly")));
    expect(await contextsOf("oEarly")).toEqual(unverified("no_key"));
  });

  it("is verified with the old and with the new key during a change of keys", async ({ expect }) => {
    const vars = { CONTEXT_KEY: NEW_KEY, CONTEXT_KEY_PREVIOUS: KEY };
    const rotating = playWeChat({ vars });
    for (const key of [KEY, NEW_KEY]) {
      await rotating.enter("oRotates", from(await sign("oRotates", { key })));
      expect(await contextsOf("oRotates")).toMatchObject({ view: { verified: VIP }, row: { verified: VIP } });
    }
  });

  it("is the first one when the push is repeated", async ({ expect }) => {
    const { id } = await wechat.enter("oAgain", from(await sign("oAgain")));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 2 * HOUR_MS });
    await wechat.redeliver({ id });
    expect((await remote("oAgain").rows(0, 10))?.rows.filter((row) => row.kind === "in")).toHaveLength(1);
    expect(await contextsOf("oAgain")).toMatchObject({ view: { verified: VIP } });
  });

  it("is missing for pushes stored before signed contexts existed", async ({ expect }) => {
    const head = { createdAt: Date.now() };
    const inbound = {
      ...head,
      event: "action" as const,
      type: "enter" as const,
      name: "user_enter_tempsession",
      entryText: from(await sign("oOld")),
    };
    const address = addressOf("oOld");
    await remote("oOld").receive(
      address,
      { key: "e:old", event: inbound, classification: classify(inbound), candidates: [] },
      "test",
    );
    expect(await contextsOf("oOld")).toEqual(unverified("not_checked"));
  });
});
