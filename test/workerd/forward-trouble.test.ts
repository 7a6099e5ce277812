/** Forwarding with little time left, with a failing object, and in a loop. */
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { fetchWith, pass, playWeChat } from "../support/workerd.ts";
import { lines } from "./each-test.ts";
import { bodiesOf, DELIVERED, old, oldServer, useForwarding } from "./forward-bench.ts";

useForwarding();

describe("the time a forwarded push has", () => {
  it("is four seconds, and less when storing was slow: WeChat waits five seconds in total", async ({ expect }) => {
    const timeouts: number[] = [];
    const setTimer = globalThis.setTimeout;
    const run = async (name: string, storeMs: number) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      const slow = {
        getByName: () =>
          Object.assign(Object.create(null), {
            forwardHealth: () => Promise.resolve(null),
            relayed: (_key: string, kept: unknown) => Promise.resolve(kept),
            appEvent: () => {
              pass(storeMs);
              return Promise.resolve(true);
            },
          }),
      };
      const given = { WECHAT_FORWARD_KINDS: "*", WECHAT_FORWARD_URL: "https://old.example.com/", ACCOUNT: slow };
      const wechat = playWeChat({
        vars: given,
        switches: { retries: 0 },
        hosts: {
          "old.example.com": (request) => {
            timeouts.push(
              ...vi
                .mocked(globalThis.setTimeout)
                .mock.calls.slice(-1)
                .map(([, ms]) => ms ?? 0),
            );
            return oldServer(request);
          },
        },
      });
      vi.spyOn(globalThis, "setTimeout").mockImplementation((...args: Parameters<typeof setTimer>) =>
        setTimer(...args),
      );
      return bodiesOf(await wechat.event("oTime", name));
    };
    expect(await run("quick", 0)).toEqual([DELIVERED]);
    expect(await run("slow", 3_000)).toEqual([DELIVERED]);
    expect(timeouts).toEqual([4_000, 1_500]);
  });
});

describe("an answer that cannot be kept", () => {
  it("is not relayed, because a repeat could get another answer", async ({ expect }) => {
    let isBroken = true;
    const losing = {
      getByName: (appid: string) => {
        const stub = env.ACCOUNT.getByName(appid);
        return Object.assign(Object.create(null), {
          forwardHealth: () => Promise.resolve(null),
          appEvent: (...args: Parameters<typeof stub.appEvent>) => stub.appEvent(...args),
          relayed: (key: string, given: never) =>
            isBroken ? Promise.reject(new Error("gone")) : stub.relayed(key, given),
        });
      },
    };
    const given = { WECHAT_FORWARD_KINDS: "*", WECHAT_FORWARD_URL: "https://old.example.com/", ACCOUNT: losing };
    const wechat = playWeChat({
      vars: given,
      switches: { retries: 0 },
      hosts: { "old.example.com": oldServer },
    });
    const push = await wechat.event("oUnkept", "unkept_event");
    isBroken = false;
    expect(bodiesOf(await wechat.redeliver({ id: push.id, copies: 2 }))).toEqual([500, DELIVERED, DELIVERED]);
    expect(old.forwarded.length).toBeGreaterThanOrEqual(2);
  });
});

describe("a forward address that leads back to the worker", () => {
  it("is detected at once, and named in the log", async ({ expect }) => {
    const vars = { WECHAT_FORWARD_KINDS: "*", WECHAT_FORWARD_URL: "https://kefu.test/wechat/message" };
    const worker = (request: Request) => fetchWith(vars, request);
    let calls = 0;
    const wechat = playWeChat({
      worker,
      switches: { retries: 0 },
      hosts: {
        "kefu.test": (request) => {
          calls += 1;
          return calls > 3 ? Promise.resolve(new Response(null, { status: 500 })) : worker(request);
        },
      },
    });
    expect(bodiesOf(await wechat.event("oLoop", "looping_event"))).toEqual([500]);
    expect(calls).toBe(1);
    expect(lines()).toContainEqual(expect.objectContaining({ event: "forward_loop", cure: expect.any(String) }));
    expect(lines()).toContainEqual(expect.objectContaining({ event: "forward", outcome: "status", status: 508 }));
  });
});
