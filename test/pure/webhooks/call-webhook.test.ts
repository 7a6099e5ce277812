import { describe, it } from "vitest";
import type { PostInit } from "../../../worker/platform/post-json.ts";
import { callWebhook, type WebhookCall } from "../../../worker/webhooks/call-webhook.ts";
import { signWebhook } from "../../../worker/webhooks/sign.ts";

const NOW = 1_760_000_000_500;
const SECRET = `whsec_${btoa("k".repeat(32))}`;
const CALL: WebhookCall = {
  url: "https://shop.example.com/hook",
  id: "msg_1",
  body: '{"type":"x"}',
  timeoutMs: 1_000,
  maxAnswerBytes: 64,
};

type Answer = (url: string, init: PostInit) => Promise<Response>;
const run = (fetch: Answer, change: Partial<WebhookCall> = {}, allowPrivate = false) =>
  callWebhook({ fetch, now: () => NOW, secrets: [SECRET], allowPrivate }, { ...CALL, ...change });
const status = (code: number, headers: Record<string, string> = {}) => {
  return () => Promise.resolve(new Response(null, { status: code, headers }));
};

describe("a call of a webhook", () => {
  it("is one signed POST of JSON that follows no redirect", async ({ expect }) => {
    const seen: { url: string; init: PostInit }[] = [];
    const answer = await run((url, init) => {
      seen.push({ url, init });
      return Promise.resolve(new Response("fine"));
    });
    expect(answer).toEqual({ ok: true, value: "fine" });
    const timestamp = Math.floor(NOW / 1_000);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.url).toBe(CALL.url);
    expect(seen[0]?.init).toMatchObject({
      method: "POST",
      redirect: "manual",
      body: CALL.body,
      headers: {
        "content-type": "application/json",
        "webhook-id": "msg_1",
        "webhook-timestamp": String(timestamp),
        "webhook-signature": await signWebhook([SECRET], { id: "msg_1", timestamp, body: CALL.body }),
      },
    });
  });

  it("is never sent to an address that is not allowed", async ({ expect }) => {
    const never: Answer = () => Promise.reject(new Error("called"));
    const url = "https://169.254.169.254/";
    expect(await run(never, { url })).toEqual({ ok: false, error: { reason: "url_refused" } });
    expect(await run(status(204), { url }, true)).toEqual({ ok: true, value: "" });
  });

  it.for([
    [302, "redirected"],
    [307, "redirected"],
    [400, "refused"],
    [401, "status"],
    [404, "status"],
    [410, "gone"],
    [422, "refused"],
    [429, "status"],
    [500, "status"],
  ] as const)("answered with %i is %s", async ([code, reason], { expect }) => {
    const headers: Record<string, string> = code < 400 ? { location: "https://other.example.com/" } : {};
    expect(await run(status(code, headers))).toEqual({ ok: false, error: { reason, status: code } });
  });

  it("reads how long to wait, in seconds or as a date", async ({ expect }) => {
    const waits = async (value: string) => {
      const answer = await run(status(429, { "retry-after": value }));
      return answer.ok ? undefined : answer.error.retryAfterMs;
    };
    expect(await waits("30")).toBe(30_000);
    expect(await waits(new Date(NOW + 59_500).toUTCString())).toBe(59_500);
    expect(await waits(new Date(NOW - 60_000).toUTCString())).toBe(0);
    expect(await waits("soon")).toBeUndefined();
  });

  it("that hangs or breaks returns only that, without the address", async ({ expect }) => {
    const hang: Answer = () => new Promise(() => {});
    expect(await run(hang, { timeoutMs: 5 })).toEqual({ ok: false, error: { reason: "timeout" } });
    const broken: Answer = (url) => Promise.reject(new TypeError(`cannot reach ${url}`));
    expect(await run(broken)).toEqual({ ok: false, error: { reason: "network" } });
    const halfway: Answer = () =>
      Promise.resolve(new Response(new ReadableStream({ pull: (stream) => stream.error(new Error("cut")) })));
    expect(await run(halfway)).toEqual({ ok: false, error: { reason: "network" } });
  });

  it("reads no more of an answer than allowed", async ({ expect }) => {
    const long: Answer = () => Promise.resolve(new Response("x".repeat(65)));
    expect(await run(long)).toEqual({ ok: false, error: { reason: "answer_too_large" } });
    expect(await run(long, { maxAnswerBytes: 0 })).toEqual({ ok: true, value: "" });
  });
});
