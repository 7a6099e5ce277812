import { describe, it } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { createWeChatClient } from "../../../worker/channels/wechat/api/client.ts";
import { pauseCause } from "../../support/delivery.ts";
import { brokenConnection, depsOf, json, NOW, OPENID, scriptedFetch, scriptedTokens, type Step } from "./scripted.ts";

async function typing(steps: Step[], tokenScript: Parameters<typeof scriptedTokens>[0] = {}, businessId?: string) {
  const { fetch, requests } = scriptedFetch(...steps);
  const { tokens, paused } = scriptedTokens(tokenScript);
  const outcome = await createWeChatClient(depsOf(fetch, tokens)).typing(OPENID, "Typing", businessId);
  return { outcome, requests, paused };
}

describe("typing", () => {
  it("uses the mini programs' own path", async ({ expect }) => {
    const { outcome, requests } = await typing([json({ errcode: 0 })]);
    expect(outcome).toEqual(ok(null));
    expect(requests[0]?.url.pathname).toBe("/cgi-bin/message/custom/business/typing");
    expect(JSON.parse(String(requests[0]?.init.body))).toEqual({ touser: OPENID, command: "Typing" });
  });

  it("names the sub-merchant when there is one", async ({ expect }) => {
    const { requests } = await typing([json({})], {}, "9");
    expect(JSON.parse(String(requests[0]?.init.body))).toHaveProperty("businessid", "9");
  });

  it.for([
    [45080, "no_recent_message"],
    [45081, "already_typing"],
    [45072, "invalid_command"],
    [40200, "account_type"],
    [45015, "refused"],
  ] as const)("tells %i as %s", async ([errcode, reason], { expect }) => {
    expect((await typing([json({ errcode })])).outcome).toEqual(err({ reason, code: String(errcode) }));
  });

  it("says of a broken connection that it broke, and nothing the token could be read from", async ({ expect }) => {
    expect((await typing([brokenConnection])).outcome).toEqual(err({ reason: "network" }));
  });

  it("shares the token rule: one replacement, one resend", async ({ expect }) => {
    const { outcome, requests } = await typing([json({ errcode: 42001 }), json({ errcode: 0 })]);
    expect(outcome).toEqual(ok(null));
    expect(requests).toHaveLength(2);
  });

  it("pauses nothing, whatever WeChat answers: that messages can be sent is for custom/send to say", async ({
    expect,
  }) => {
    for (const errcode of [40013, 45009, 45011, 48001, 48004, 61004, 50002, 50007, 40164, 89503]) {
      expect((await typing([json({ errcode })])).paused, String(errcode)).toEqual([]);
    }
  });

  it("continues while only sending is paused, and not when the account is frozen", async ({ expect }) => {
    const pausedBy = (errcode: number) => {
      const { code: pauseCode, reach: pauseReach } = pauseCause(errcode);
      return { current: ok({ token: "token-1", pausedUntil: NOW + 1_000, pauseCode, pauseReach }) };
    };
    expect((await typing([json({ errcode: 0 })], pausedBy(45009))).outcome).toEqual(ok(null));
    expect((await typing([], pausedBy(50007))).outcome).toEqual(
      err({ reason: "paused", until: NOW + 1_000, code: "50007" }),
    );
  });
});
