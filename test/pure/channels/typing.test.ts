/**
 * Rules about the typing indicator that apply to WeChat only; the rules of every channel are in `tools-contract.ts`.
 */
import { describe, it } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { openTools } from "../../../worker/channels/mini-program/tools.ts";
import { RULES } from "../../support/rules.ts";
import { brokenConnection, depsOf, json, NOW, OPENID, scriptedFetch, type Step } from "./scripted.ts";

async function setTyping(step: Step, isOn = true, replyContext?: string) {
  const { fetch, requests } = scriptedFetch(step);
  const { typing } = openTools(RULES, depsOf(fetch));
  const target = { user: OPENID, ...(replyContext !== undefined && { replyContext }) };
  return { outcome: await typing.setTyping(target, isOn, NOW + 5_000), requests };
}

describe("typing", () => {
  it("uses the mini programs' own path", async ({ expect }) => {
    const { outcome, requests } = await setTyping(json({ errcode: 0 }));
    expect(outcome).toEqual(ok(null));
    expect(requests[0]?.url.pathname).toBe("/cgi-bin/message/custom/business/typing");
    expect(JSON.parse(String(requests[0]?.init.body))).toEqual({ touser: OPENID, command: "Typing" });
  });

  it("is cancelled by a separate command", async ({ expect }) => {
    const { requests } = await setTyping(json({ errcode: 0 }), false);
    expect(JSON.parse(String(requests[0]?.init.body))).toEqual({ touser: OPENID, command: "CancelTyping" });
  });

  it("names the sub-merchant when there is one", async ({ expect }) => {
    const { requests } = await setTyping(json({}), true, "9");
    expect(JSON.parse(String(requests[0]?.init.body))).toHaveProperty("businessid", "9");
  });

  it.for([
    [45072, "invalid_typing_command", "fix"],
    [40200, "invalid_account_type", "fix"],
    [45015, "reply_window_closed", "closed"],
  ] as const)("is refused with %i as %s", async ([errcode, name, reaction], { expect }) => {
    const rejection = { result: "rejected", code: String(errcode), name, reaction };
    expect((await setTyping(json({ errcode }))).outcome).toEqual(err(rejection));
  });

  it("reports a broken connection without anything that contains the token", async ({ expect }) => {
    expect((await setTyping(brokenConnection)).outcome).toEqual(err({ result: "unconfirmed", reason: "network" }));
  });
});
