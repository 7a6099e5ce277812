/** The rules for sending that apply to WeChat only; those of every channel are in `contract.ts`. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { createDeliver } from "../../../worker/channels/mini-program/deliver.ts";
import { rejected } from "../../support/delivery.ts";
import {
  brokenConnection,
  depsOf,
  json,
  NOW,
  OPENID,
  scriptedFetch,
  scriptedAccess,
  silence,
  type Step,
} from "./scripted.ts";

const HELLO = { type: "text", content: "你好" } as const;
const TARGET = { user: OPENID };
const ATTEMPT = { id: "0123456789abcdef0123-7", attempt: 1, isAi: false, deadline: NOW + 10_000 };
const SENT = json({ errcode: 0, errmsg: "ok" });

/** Delivers once, with a simulated WeChat and token source. */
async function deliver(steps: Step[]) {
  const { fetch, requests } = scriptedFetch(...steps);
  const { access, replaced, uses } = scriptedAccess({});
  const delivery = await createDeliver(depsOf(fetch, access))(TARGET, HELLO, ATTEMPT);
  return { delivery, requests, replaced, uses };
}

describe("deliver", () => {
  it("posts JSON to custom/send with the token, and returns accepted", async ({ expect }) => {
    const { delivery, requests } = await deliver([SENT]);
    expect(delivery).toEqual({ result: "accepted" });
    const [request] = requests;
    expect(request?.url.href).toBe("https://api.test/cgi-bin/message/custom/send?access_token=token-1");
    expect(request?.init.method).toBe("POST");
    expect(request?.init.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(JSON.parse(String(request?.init.body))).toEqual({
      touser: OPENID,
      msgtype: "text",
      text: { content: "你好" },
    });
  });

  it("treats a missing errcode as success", async ({ expect }) => {
    expect((await deliver([json({ errmsg: "ok" })])).delivery).toEqual({ result: "accepted" });
  });

  it("reports an errcode as rejected, with its name and reaction", async ({ expect }) => {
    const { delivery, replaced, uses } = await deliver([json({ errcode: 45047, errmsg: "rid: x" })]);
    expect(delivery).toEqual({ result: "rejected", code: "45047", name: "reply_quota_used", reaction: "used" });
    expect(replaced).toEqual([]);
    expect(uses).toEqual(["send"]);
  });

  it("does not resend a second time when the new token is refused too", async ({ expect }) => {
    const { delivery, requests, replaced } = await deliver([json({ errcode: 40001 }), json({ errcode: 40001 })]);
    expect(delivery).toEqual(rejected(40001));
    expect(requests).toHaveLength(2);
    expect(replaced).toEqual(["token-1"]);
  });

  it.for([
    [45011, "send"],
    [45009, "send"],
    [48004, "send"],
    [50007, "account"],
  ] as const)("reports that %i pauses, and that the pause stops: %s", async ([errcode, reach], { expect }) => {
    expect((await deliver([json({ errcode })])).delivery).toMatchObject({ code: String(errcode), reach });
  });

  it("does not pause for a code that may concern the message, or that belongs to the token endpoint", async ({
    expect,
  }) => {
    for (const errcode of [40013, 40125, 40243, 43107, 50002, 50004, 41001, 65400]) {
      expect((await deliver([json({ errcode })])).delivery, String(errcode)).not.toHaveProperty("reach");
    }
  });

  it("is unconfirmed when the connection breaks", async ({ expect }) => {
    expect((await deliver([brokenConnection])).delivery).toEqual({ result: "unconfirmed", reason: "network" });
  });

  it.for<[string, Step]>([
    ["HTTP 502", () => new Response("bad gateway", { status: 502 })],
    ["HTTP 500 with JSON", json({ errcode: 0 }, 500)],
    ["a page", () => new Response("<html>")],
    ["nothing", () => new Response(null)],
    ["a JSON list", json([])],
    ["an errcode that is no number", json({ errcode: "0" })],
    ["JSON of another server with HTTP 403", json({ message: "forbidden" }, 403)],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://elsewhere.test/" } })],
    ["a megabyte", () => new Response("x".repeat(1_000_000))],
    ["broken UTF-8", () => new Response(new Uint8Array([0x7b, 0xff, 0x7d]))],
  ])("is unconfirmed when the answer is %s", async ([, step], { expect }) => {
    expect((await deliver([step])).delivery).toEqual({ result: "unconfirmed", reason: "bad_response" });
  });

  it("reads an errcode whatever the HTTP status below 500", async ({ expect }) => {
    expect((await deliver([json({ errcode: 45015 }, 412)])).delivery).toEqual(rejected(45015));
  });

  it("never follows a redirect", async ({ expect }) => {
    const { requests } = await deliver([SENT]);
    expect(requests[0]?.init.redirect).toBe("manual");
  });
});

describe("deliver near the end of its lease", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("aborts the request before the deadline and returns timeout", async ({ expect }) => {
    const { fetch, requests } = scriptedFetch(silence);
    const pending = createDeliver(depsOf(fetch))(TARGET, HELLO, ATTEMPT);
    await vi.advanceTimersByTimeAsync(9_500);
    expect(requests[0]?.init.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(499);
    expect(requests[0]?.init.signal.aborted).toBe(true);
    expect(await pending).toEqual({ result: "unconfirmed", reason: "timeout" });
  });

  it("ends in time when the answer's body never ends", async ({ expect }) => {
    const endless = () => new Response(new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(1)) }));
    const pending = createDeliver(depsOf(scriptedFetch(endless).fetch))(TARGET, HELLO, ATTEMPT);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(await pending).toEqual({ result: "unconfirmed", reason: "timeout" });
  });

  it("sends nothing when the token arrives too late", async ({ expect }) => {
    const { fetch, requests } = scriptedFetch();
    const { access } = scriptedAccess({});
    const slow = { ...access, current: () => new Promise<never>(() => {}) };
    const pending = createDeliver(depsOf(fetch, slow))(TARGET, HELLO, ATTEMPT);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(await pending).toEqual({ result: "not_sent", reason: "lease_over" });
    expect(requests).toHaveLength(0);
  });

  it("does not resend when the replacement leaves too little time", async ({ expect }) => {
    let now = NOW;
    const { fetch, requests } = scriptedFetch(json({ errcode: 40001 }));
    const { access } = scriptedAccess({});
    const slow = {
      ...access,
      replace: async (badToken: string) => {
        now = ATTEMPT.deadline - 400;
        return access.replace(badToken, "send");
      },
    };
    const deliverLate = createDeliver({ ...depsOf(fetch, slow), now: () => now });
    expect(await deliverLate(TARGET, HELLO, ATTEMPT)).toEqual({ result: "not_sent", reason: "lease_over" });
    expect(requests).toHaveLength(1);
  });

  it("leaves no timer behind", async ({ expect }) => {
    const { fetch } = scriptedFetch(SENT);
    await createDeliver(depsOf(fetch))(TARGET, HELLO, ATTEMPT);
    expect(vi.getTimerCount()).toBe(0);
  });
});
