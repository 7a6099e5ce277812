/** The team's `onEvent`: the events it gets, and that a failure in it does not affect the push. */
import { beforeEach, describe, it, vi, type MockInstance } from "vitest";
import * as handlers from "../../worker/custom/handlers.ts";
import { APPID, OTHER_APPID } from "../support/workerd.ts";
import { lines, wechat } from "./each-test.ts";
import { usePushes } from "./push-bench.ts";

let onEvent: MockInstance<typeof handlers.onEvent>;

usePushes({ vars: {} });

const heard = () => onEvent.mock.calls.map(([event]) => event);
const failures = () => lines().filter(({ event }) => event === "handler_failed");

describe("worker/custom/handlers.ts", () => {
  it("has a function for events that belong to no user", ({ expect }) => {
    expect(handlers).toHaveProperty("onEvent");
  });
});

describe("onEvent", () => {
  beforeEach(() => {
    onEvent = vi.spyOn(handlers, "onEvent");
  });

  it("gets events that belong to no user, with all fields, and nothing else", async ({ expect }) => {
    await wechat.text("oChat", "价格");
    await wechat.enter("oChat", "page=1");
    await wechat.event("oChat", "user_info_modified", { OpenID: "oChat" });
    await wechat.event("oPlatform", "wxa_media_check", { trace_id: "t1", result: { suggest: "risky" } });
    await wechat.event("oPlatform", "brand_new_event", { Number: 1 });
    expect(heard()).toMatchObject([
      { name: "wxa_media_check", fields: { trace_id: "t1", result: { suggest: "risky" } } },
      { event: "account-event", type: "other", name: "brand_new_event", fields: { Number: "1" } },
    ]);
    expect(onEvent.mock.calls[0]?.[1]).toMatchObject({ account: APPID, user: "oPlatform", env: expect.any(Object) });
  });

  it("gets an event once, however often it is pushed, with the time of its arrival when it has none", async ({
    expect,
  }) => {
    const before = Date.now();
    const content = { kind: "event", event: "timeless_event", omit: ["CreateTime", "ToUserName"] } as const;
    const push = await wechat.push({ openid: "oPlatform", appid: OTHER_APPID, content });
    await wechat.redeliver({ id: push.id, copies: 3 });
    expect(heard()).toHaveLength(1);
    expect(heard()[0]?.createdAt).toBeGreaterThanOrEqual(before);
    expect(onEvent.mock.calls[0]?.[1]).toMatchObject({ account: OTHER_APPID });
  });

  it("gets no user with an event that names none", async ({ expect }) => {
    const content = { kind: "event", event: "anonymous_event", omit: ["FromUserName"] } as const;
    await wechat.push({ openid: "oPlatform", content });
    expect(onEvent.mock.calls[0]?.[1]).toMatchObject({ user: null });
  });

  it("that throws, at once or later, is logged by name, and the push is answered", async ({ expect }) => {
    const failing = [
      () => {
        throw new TypeError("phone 13800000000");
      },
      () => Promise.reject(new RangeError("phone 13800000000")),
    ];
    for (const [index, fail] of failing.entries()) {
      onEvent.mockImplementation(fail);
      const push = await wechat.event("oPlatform", "failing_event", { Number: index });
      expect(push.attempts[0]?.verdict).toBe("success");
    }
    expect(failures().map(({ error }) => error)).toEqual(["TypeError", "RangeError"]);
    expect(JSON.stringify(lines())).not.toContain("13800000000");
  });

  it("that never ends is aborted by its signal, long after the push was answered", async ({ expect }) => {
    const slow: (number | undefined)[] = [];
    const setTimer = globalThis.setTimeout;
    vi.spyOn(globalThis, "setTimeout").mockImplementation((run: () => void, ms?: number) => {
      // Only the handler's deadline is a timer of more than nine seconds.
      if ((ms ?? 0) < 9_000) return setTimer(run, ms);
      slow.push(ms);
      return setTimer(run, 0);
    });
    onEvent.mockImplementation(() => new Promise(() => {}));
    expect((await wechat.event("oPlatform", "endless_event")).attempts[0]?.verdict).toBe("success");
    expect(failures()).toMatchObject([{ error: "DeadlineError" }]);
    expect(onEvent.mock.calls[0]?.[1].signal).toMatchObject({ aborted: true });
    expect(slow).toContain(10_000);
  });
});
