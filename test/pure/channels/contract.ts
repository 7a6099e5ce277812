/**
 * The rules for sending that every channel must follow: a channel's test file calls `describeSending` with its own
 * answers, codes and messages.
 */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { isPauseReaction, type Reaction } from "../../../shared/message/delivery.ts";
import type { Outbound } from "../../../shared/message/outbound.ts";
import type { AccessSource } from "../../../worker/channels/access.ts";
import type { ChannelTexts, Deliver } from "../../../worker/channels/channel.ts";
import type { Fetch } from "../../../worker/channels/wechat/api/call-api.ts";
import { NOW, scriptedAccess, scriptedFetch, silence, type SentRequest, type Step } from "./scripted.ts";

/** A channel as the suite needs it. */
export interface SendingFixture {
  readonly createDeliver: (deps: {
    readonly fetch: Fetch;
    readonly access: AccessSource;
    readonly now: () => number;
  }) => Deliver;
  /** The platform accepts the message. */
  readonly accepts: Step;
  /** The platform refuses with this code. */
  readonly refuses: (code: string) => Step;
  /** One code for each reaction. For `outage`: a code for a busy platform. */
  readonly codes: Readonly<Record<Reaction, string>>;
  /** Codes that refuse the access token. */
  readonly tokenCodes: readonly string[];
  /** One message of each type the channel sends. */
  readonly messages: Readonly<Record<Outbound["type"], Outbound>>;
  /** Whether the platform recognises a repeated send by its id. */
  readonly isIdempotent: boolean;
  readonly texts: ChannelTexts;
  /** Every code the channel knows. */
  readonly knownCodes: readonly string[];
}

const TARGET = { user: "oUser" };
const ATTEMPT = { id: "0123456789abcdef0123-7", attempt: 1, isAi: false, deadline: NOW + 10_000 };

/** Describes sending by a channel. */
export function describeSending(name: string, channel: SendingFixture): void {
  const { codes, messages, tokenCodes } = channel;

  /** One attempt, with simulated platform and access source. */
  async function send(steps: Step[], script: Parameters<typeof scriptedAccess>[0] = {}, more: Partial<Sent> = {}) {
    const { fetch, requests } = scriptedFetch(...steps);
    const { access, replaced, uses } = scriptedAccess(script);
    const deliver = channel.createDeliver({ fetch, access, now: () => NOW });
    const { target = TARGET, message = messages.text, attempt = ATTEMPT } = more;
    return { delivery: await deliver(target, message, attempt), requests, replaced, uses };
  }

  describe(`${name}: sending`, () => {
    it("is accepted after one request, with a token for a send", async ({ expect }) => {
      const { delivery, requests, uses } = await send([channel.accepts]);
      expect(delivery).toEqual({ result: "accepted" });
      expect(requests).toHaveLength(1);
      expect(uses).toEqual(["send"]);
    });

    it("is rejected with code, name and reaction, and with a reach exactly when it pauses", async ({ expect }) => {
      for (const [reaction, code] of Object.entries(codes) as [Reaction, string][]) {
        const { delivery } = await send([channel.refuses(code)]);
        const { name: word } = channel.texts.code(code);
        expect(delivery, code).toMatchObject({ result: "rejected", code, name: word, reaction });
        expect("reach" in delivery, code).toBe(isPauseReaction(reaction));
      }
      expect((await send([channel.refuses("987654")])).delivery).toMatchObject({ code: "987654", reaction: "fix" });
    });

    it("is unconfirmed without a usable answer", async ({ expect }) => {
      const answers: readonly Step[] = [
        () => new Response("<html>"),
        () => new Response(null),
        () => new Response("bad gateway", { status: 502 }),
        () => new Response("{}", { status: 500 }),
        () => new Response(null, { status: 302, headers: { location: "https://elsewhere.test/" } }),
        () => new Response("x".repeat(1_000_000)),
      ];
      for (const answer of answers) {
        expect((await send([answer])).delivery).toEqual({ result: "unconfirmed", reason: "bad_response" });
      }
    });

    it("sends no request with less than 500 ms left, and requests no token", async ({ expect }) => {
      for (const leftMs of [-1, 0, 499]) {
        const { delivery, requests, uses } = await send([], {}, { attempt: { ...ATTEMPT, deadline: NOW + leftMs } });
        expect(delivery).toEqual({ result: "not_sent", reason: "lease_over" });
        expect([requests, uses]).toEqual([[], []]);
      }
    });

    it("sends no request without a token", async ({ expect }) => {
      const until = NOW + 600_000;
      const refused = await send([], { current: err({ reason: "refused", code: "40125", until }) });
      expect(refused.delivery).toEqual({ result: "not_sent", reason: "no_token", until, code: "40125" });
      const unreachable = await send([], { current: err({ reason: "unreachable" }) });
      expect(unreachable.delivery).toEqual({ result: "not_sent", reason: "no_token" });
    });

    it("sends no request while the account is paused", async ({ expect }) => {
      const paused = { reason: "paused", until: NOW + 1, code: "45009" } as const;
      const { delivery, requests } = await send([], { current: err(paused) });
      expect(delivery).toEqual({ result: "not_sent", ...paused });
      expect(requests).toEqual([]);
    });

    it("replaces a refused token and makes the same request exactly once more", async ({ expect }) => {
      for (const code of tokenCodes) {
        const { delivery, requests, replaced } = await send([channel.refuses(code), channel.accepts]);
        expect(delivery).toEqual({ result: "accepted" });
        expect(replaced).toEqual(["token-1"]);
        expect(requests).toHaveLength(2);
        expect(requests[1]?.init.body).toBe(requests[0]?.init.body);
        const again = await send([channel.refuses(code), channel.refuses(code)]);
        expect(again.delivery).toMatchObject({ result: "rejected", code, reaction: "outage" });
      }
    });

    it("makes no second request without another token", async ({ expect }) => {
      const [code = ""] = tokenCodes;
      const refused = [channel.refuses(code)];
      const limited = await send(refused, { replaced: err({ reason: "limited", until: NOW + 30_000 }) });
      const until = NOW + 30_000;
      expect(limited.delivery).toEqual({ result: "not_sent", reason: "no_token", until, isLimited: true });
      const paused = { reason: "paused", until: NOW + 5_000, code: "48004" } as const;
      expect((await send(refused, { replaced: err(paused) })).delivery).toEqual({ result: "not_sent", ...paused });
      const same = await send(refused, { replaced: ok("token-1") });
      expect(same.delivery).toMatchObject({ result: "rejected", code });
    });

    it("has a wire format for each type", async ({ expect }) => {
      const bodies = await Promise.all(
        Object.values(messages).map(async (message) => {
          const { delivery, requests } = await send([channel.accepts], {}, { message });
          expect(delivery, message.type).toEqual({ result: "accepted" });
          return wireOf(requests);
        }),
      );
      expect(new Set(bodies).size).toBe(bodies.length);
    });

    it("sends the user, the reply context and the AI mark; the id exactly when it is idempotent", async ({
      expect,
    }) => {
      const plain = wireOf((await send([channel.accepts])).requests);
      expect(plain).toContain(TARGET.user);
      expect(plain.includes(ATTEMPT.id)).toBe(channel.isIdempotent);
      const target = { ...TARGET, replyContext: "context-7" };
      expect(wireOf((await send([channel.accepts], {}, { target })).requests)).toContain("context-7");
      const attempt = { ...ATTEMPT, isAi: true };
      expect(wireOf((await send([channel.accepts], {}, { attempt })).requests)).not.toBe(plain);
    });

    it("has no token in its result and its log lines", async ({ expect }) => {
      const quoting: Step = (url) => Promise.reject(new TypeError(`fetch failed: ${url}`));
      const { delivery } = await send([quoting]);
      expect(delivery).toEqual({ result: "unconfirmed", reason: "network" });
    });

    it("has a name, a meaning, a fix and a reaction for each of its codes", ({ expect }) => {
      for (const code of channel.knownCodes) {
        const { name: word, reaction, meaning, cure } = channel.texts.code(code);
        expect(word, code).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(Object.keys(codes), code).toContain(reaction);
        for (const text of [meaning.zh, meaning.en, cure.zh, cure.en]) expect(text, code).toMatch(/\S/);
      }
      for (const code of tokenCodes) expect(channel.texts.code(code).reaction).toBe("outage");
    });
  });

  describe(`${name}: sending without an answer`, () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it("is unconfirmed before the deadline, also when fetch does not listen to the abort", async ({ expect }) => {
      for (const step of [silence, (() => new Promise(() => {})) satisfies Step]) {
        const pending = send([step]);
        await vi.advanceTimersByTimeAsync(9_999);
        expect((await pending).delivery).toEqual({ result: "unconfirmed", reason: "timeout" });
        expect(vi.getTimerCount()).toBe(0);
      }
    });
  });
}

/** The options of an attempt. */
interface Sent {
  readonly target: Parameters<Deliver>[0];
  readonly message: Outbound;
  readonly attempt: Parameters<Deliver>[2];
}

/** Address and body of the only request. */
function wireOf([request]: readonly SentRequest[]): string {
  return `${request?.url.href} ${String(request?.init.body)}`;
}
