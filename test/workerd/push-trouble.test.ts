/** A push while the conversation, the account or the settings fail. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { accountMemory } from "../../worker/account/memory.ts";
import type { Received } from "../../worker/conversation/rpc.ts";
import kefu from "../../worker/index.ts";
import { settingsMemory } from "../../worker/settings/reader.ts";
import { APPID, fetchWith, kindsOf, playWeChat, readTexts, remote } from "../support/workerd.ts";
import { lines } from "./each-test.ts";
import { namespaceOf, type ReceiveArgs, type SettleArgs, usePushes } from "./push-bench.ts";

usePushes();

describe("when the conversation cannot be reached", () => {
  it("a push is retried and then not acknowledged", async ({ expect }) => {
    const calls: string[] = [];
    const failing = namespaceOf((name) => {
      calls.push(name);
      return { receive: () => Promise.reject(new Error("gone")) };
    });
    const app = playWeChat({ vars: { CONVERSATION: failing } });
    await app.switches({ retries: 0 });
    const push = await app.text("oGone", "价格");
    expect(push.attempts[0]).toMatchObject({ status: 500 });
    expect(calls).toHaveLength(3);
  });

  it("an overloaded object is not called again", async ({ expect }) => {
    let calls = 0;
    const overloaded = namespaceOf(() => ({
      receive() {
        calls += 1;
        return Promise.reject(Object.assign(new Error("busy"), { overloaded: true }));
      },
    }));
    const app = playWeChat({ vars: { CONVERSATION: overloaded } });
    await app.switches({ retries: 0 });
    await app.text("oBusy", "价格");
    expect(calls).toBe(1);
  });

  it("a broken stub is replaced by a new one", async ({ expect }) => {
    let first = true;
    const flaky = namespaceOf((name) => {
      if (!first) return env.CONVERSATION.getByName(name);
      first = false;
      return { receive: () => Promise.reject(new Error("broken")) };
    });
    const app = playWeChat({ vars: { CONVERSATION: flaky } });
    expect((await app.text("oFlaky", "价格")).attempts).toHaveLength(1);
    expect(await kindsOf("oFlaky")).toContain("in");
  });

  it("an answer lost on the way is returned again, and its attempt with it", async ({ expect }) => {
    let lost = false;
    const losing = namespaceOf((name) => {
      if (lost) return env.CONVERSATION.getByName(name);
      lost = true;
      return {
        async receive(...args: ReceiveArgs) {
          await remote("oLost").receive(...args);
          throw new Error("connection lost");
        },
      };
    });
    await playWeChat({ vars: { CONVERSATION: losing } }).text("oLost", "价格");
    await expect.poll(() => kindsOf("oLost")).toEqual(["in", "out", "sent"]);
  });
});

describe("the sending behind an answer", () => {
  it("is registered before the conversation has answered", async ({ expect }) => {
    const { promise, resolve } = Promise.withResolvers<Received>();
    const receive = vi.fn<() => Promise<Received>>(() => promise);
    const context = createExecutionContext();
    const waitUntil = vi.spyOn(context, "waitUntil");
    const CONVERSATION = namespaceOf(() => ({ receive }));
    // Typed like the variables of `fetchWith`, so that any binding can be replaced.
    const vars: Readonly<Record<string, unknown>> = { CONVERSATION };
    const app = playWeChat({ worker: async (request) => kefu.fetch(request, { ...env, ...vars }, context) });
    const push = app.text("oWaits", "价格");
    await vi.waitFor(() => expect(receive).toHaveBeenCalled());
    expect(waitUntil).toHaveBeenCalledTimes(1);
    resolve({ outcome: "new", acknowledgement: "received" });
    expect((await push).outcome).toBe("acknowledged");
    await waitOnExecutionContext(context);
  });
});

describe("a conversation slower than WeChat's timeout", () => {
  it("still sends its answer, once, after WeChat has stopped waiting", async ({ expect }) => {
    const { promise: busy, resolve: release } = Promise.withResolvers<null>();
    const slow = namespaceOf(() => ({
      async receive(...args: ReceiveArgs) {
        const received = await remote("oSlow").receive(...args);
        await busy;
        return received;
      },
      settle: (...args: SettleArgs) => remote("oSlow").settle(...args),
    }));
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    const app = playWeChat({ vars: { CONVERSATION: slow } });
    await app.switches({ retries: 0 });
    const push = app.text("oSlow", "价格");
    await vi.waitFor(async () => expect(await kindsOf("oSlow")).toEqual(["in", "out"]));
    await vi.advanceTimersByTimeAsync(6_000);
    expect((await push).outcome).toBe("unavailable");
    vi.useRealTimers();
    release(null);
    await expect.poll(() => kindsOf("oSlow")).toEqual(["in", "out", "sent"]);
    expect(await readTexts(app, "oSlow")).toEqual(["价格见商品页"]);
  });
});

describe("a conversation that is slow to record an outcome", () => {
  it("still sends the attempt that was leased with the outcome", async ({ expect }) => {
    const { promise: busy, resolve: release } = Promise.withResolvers<null>();
    let settled = 0;
    const slow = namespaceOf(() => ({
      receive: (...args: ReceiveArgs) => remote("oParts").receive(...args),
      async settle(...args: SettleArgs) {
        const next = await remote("oParts").settle(...args);
        if ((settled += 1) === 1) await busy;
        return next;
      },
    }));
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    const app = playWeChat({ vars: { CONVERSATION: slow } });
    const push = app.text("oParts", "两条");
    await vi.waitFor(() => expect(settled).toBe(1));
    await vi.advanceTimersByTimeAsync(5_000);
    vi.useRealTimers();
    release(null);
    await push;
    await expect.poll(() => readTexts(app, "oParts")).toEqual(["第一条", "第二条"]);
    expect(await kindsOf("oParts")).not.toContain("unconfirmed");
  });
});

describe("an account that does not answer", () => {
  const silent = () => new Promise<never>(() => {});
  const ACCOUNT = {
    getByName: () => ({
      quarantine: silent,
      appEvent: silent,
    }),
  };

  async function push(
    plaintext: string,
  ): Promise<{ readonly verdict: string | undefined; readonly events: unknown[] }> {
    vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] });
    const app = playWeChat({ vars: { ACCOUNT } });
    await app.switches({ retries: 0 });
    const pushed = app.text("oSilent", "", { overrides: { plaintext } });
    await vi.advanceTimersByTimeAsync(6_000);
    const { attempts } = await pushed;
    return { verdict: attempts[0]?.verdict, events: lines().map(({ event }) => event) };
  }

  it("does not prevent that an unreadable push is acknowledged in time", async ({ expect }) => {
    const { verdict, events } = await push("<xml><MsgType>text");
    expect(verdict).toBe("success");
    expect(events).toContain("quarantine_failed");
  });

  it("causes an app-wide event to be refused in time, so that WeChat repeats it", async ({ expect }) => {
    const seconds = Math.floor(Date.now() / 1_000);
    const event = `<MsgType>event</MsgType><Event>wxa_nickname_audit</Event><ret>3</ret><nickname>x</nickname>`;
    const head = `<ToUserName>gh_1</ToUserName><FromUserName>oA</FromUserName><CreateTime>${seconds}</CreateTime>`;
    const { verdict, events } = await push(`<xml>${head}${event}</xml>`);
    expect(verdict).not.toBe("success");
    expect(events).toContain("push_not_stored");
  });
});

describe("a push without settings", () => {
  it("is stored and acknowledged, gets no answer, and the log says so", async ({ expect }) => {
    accountMemory.clear();
    settingsMemory.known = undefined;
    const gone = () => Promise.reject(new Error("gone"));
    const vars = {
      ACCOUNT: { getByName: () => ({ access: gone }) },
      SETTINGS: { getByName: () => ({ read: gone }) },
      KV: { get: gone, put: gone },
    };
    const push = await playWeChat({ vars }).text("oNoSettings", "价格");
    expect(push.outcome).toBe("acknowledged");
    expect(await kindsOf("oNoSettings")).toEqual(["in"]);
    expect(lines()).toContainEqual(expect.objectContaining({ event: "settings_unavailable", account: APPID }));
  });
});

describe("an unexpected error", () => {
  it("is logged by name outside the push URL as well", async ({ expect }) => {
    const broken = new Proxy(env, {
      ownKeys() {
        throw new RangeError("words of a secret");
      },
    });
    const response = await kefu.fetch(new Request("https://kefu.test/nowhere"), broken, createExecutionContext());
    expect(response.status).toBe(500);
    expect(lines()).toContainEqual(expect.objectContaining({ event: "unhandled_error", error: "RangeError" }));
    expect(JSON.stringify(lines())).not.toContain("words of a secret");
  });

  it("gets a short fixed response and is logged by name, never by its text", async ({ expect }) => {
    vi.spyOn(crypto.subtle, "digest").mockRejectedValueOnce(new RangeError("words of a secret"));
    const url = "https://kefu.test/wechat/message?signature=x&timestamp=1&nonce=1&echostr=1";
    const response = await fetchWith({}, new Request(url));
    expect(response.status).toBe(500);
    const { requestId: _, ...line } = lines().find(({ event }) => event === "unhandled_error") ?? {};
    expect(line).toEqual({ event: "unhandled_error", error: "RangeError" });
    expect((await response.text()) + JSON.stringify(lines())).not.toContain("words of a secret");
  });
});
