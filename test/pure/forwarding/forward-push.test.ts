import { afterEach, describe, it, vi } from "vitest";
import {
  forwardPush,
  MAX_RELAYED_BYTES,
  type ForwardInit,
  type RawPush,
} from "../../../worker/forwarding/forward-push.ts";

const PUSH: RawPush = {
  search: "?signature=abc&timestamp=1&nonce=%E4%BD%A0&openid=o",
  contentType: "text/xml",
  body: new TextEncoder().encode("\ufeff<xml>你好\r\n</xml>"),
};

type Answer = (url: string, init: ForwardInit) => Promise<Response>;
const run = (fetch: Answer, target = "https://old.example.com/push", push: Partial<RawPush> = {}, ms = 1_000) =>
  forwardPush({ fetch, allowPrivate: false }, target, { ...PUSH, ...push }, ms);
const says =
  (body: BodyInit | null, init: ResponseInit = {}) =>
  () =>
    Promise.resolve(new Response(body, init));

/** The request that the server would receive. */
async function seen(target: string, push: Partial<RawPush> = {}) {
  const calls: { url: string; init: ForwardInit }[] = [];
  await run(
    (url, init) => {
      calls.push({ url, init });
      return Promise.resolve(new Response(""));
    },
    target,
    push,
  );
  return calls;
}

afterEach(() => {
  vi.useRealTimers();
});

describe("a forwarded push", () => {
  it("is one POST of the unchanged bytes, with their content type, that follows no redirect", async ({ expect }) => {
    const [call] = await seen("https://old.example.com/push");
    expect(call?.url).toBe(`https://old.example.com/push${PUSH.search}`);
    expect(call?.init).toMatchObject({ method: "POST", redirect: "manual", body: PUSH.body });
    expect(call?.init.headers).toEqual({
      "accept-encoding": "identity",
      "user-agent": "edge-kefu",
      "x-edge-kefu-forwarded": "1",
      "content-type": "text/xml",
    });
    const [bare] = await seen("https://old.example.com/push", { contentType: undefined, search: "" });
    expect(bare?.url).toBe("https://old.example.com/push");
    expect(bare?.init.headers).not.toHaveProperty("content-type");
  });

  it("has its query after the address's own", async ({ expect }) => {
    const [call] = await seen("https://old.example.com/push?site=1&x");
    expect(call?.url).toBe(`https://old.example.com/push?site=1&x&${PUSH.search.slice(1)}`);
  });

  it("is never sent to an address that is not allowed", async ({ expect }) => {
    const never: Answer = () => Promise.reject(new Error("called"));
    for (const target of ["http://old.example.com/", "https://10.0.0.1/", "https://localhost/"]) {
      expect(await run(never, target)).toEqual({ ok: false, error: { reason: "url_refused" } });
    }
  });

  it("is answered with the bytes and the type of a 200, and nothing else", async ({ expect }) => {
    const bytes = new Uint8Array([0, 255, 13, 10]);
    expect(await run(says(bytes, { headers: { "content-type": "a/b; c" } }))).toEqual({
      ok: true,
      value: { contentType: "a/b; c", body: bytes },
    });
    expect(await run(says(null))).toEqual({ ok: true, value: { contentType: null, body: new Uint8Array() } });
    const long = { "content-type": `text/${"x".repeat(300)}` };
    expect(await run(says("", { headers: long }))).toMatchObject({ ok: true, value: { contentType: null } });
    for (const status of [201, 204, 206, 301, 302, 307, 400, 404, 410, 500, 503]) {
      expect(await run(says(null, { status, headers: { location: "https://old.example.com/" } }))).toEqual({
        ok: false,
        error: { reason: "status", status },
      });
    }
  });

  it("may have an answer of limited size only", async ({ expect }) => {
    expect(await run(says("x".repeat(MAX_RELAYED_BYTES)))).toMatchObject({ ok: true });
    expect(await run(says("x".repeat(MAX_RELAYED_BYTES + 1)))).toMatchObject({
      ok: false,
      error: { reason: "answer_too_large" },
    });
  });

  it("ends with a broken connection, without its error text", async ({ expect }) => {
    const failing: Answer = () => Promise.reject(new Error("https://old.example.com/push?key=secret"));
    expect(await run(failing)).toEqual({ ok: false, error: { reason: "network" } });
  });

  it("ends at its timeout, in the head and in the body of an answer", async ({ expect }) => {
    vi.useFakeTimers();
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
    });
    const hanging = [run(() => new Promise<Response>(() => {})), run(says(endless))];
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await Promise.all(hanging)).toEqual([
      { ok: false, error: { reason: "timeout" } },
      { ok: false, error: { reason: "timeout" } },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
