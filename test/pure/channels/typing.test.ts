import { describe, it } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { createWeChatClient } from "../../../worker/channels/wechat/api/client.ts";
import { brokenConnection, depsOf, json, NOW, OPENID, scriptedFetch, scriptedAccess, type Step } from "./scripted.ts";

async function typing(steps: Step[], script: Parameters<typeof scriptedAccess>[0] = {}, businessId?: string) {
  const { fetch, requests } = scriptedFetch(...steps);
  const { access, uses } = scriptedAccess(script);
  const outcome = await createWeChatClient(depsOf(fetch, access)).typing(OPENID, "Typing", businessId);
  return { outcome, requests, uses };
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
  ] as const)("returns %i as %s", async ([errcode, reason], { expect }) => {
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

  it("asks for a token for a call, which a pause of sends does not stop, and passes a pause of the account on", async ({
    expect,
  }) => {
    expect((await typing([json({ errcode: 42001 }), json({ errcode: 0 })])).uses).toEqual(["call", "call"]);
    const paused = err({ reason: "paused", until: NOW + 1_000, code: "50007" } as const);
    expect((await typing([], { current: paused })).outcome).toEqual(paused);
  });
});
