/** What closing a session sends to the user, and why it sends nothing. */
import { describe, it } from "vitest";
import { closingOf } from "../../../console/model/closing.ts";
import type { Quota } from "../../../console/model/quota.ts";
import { EN } from "../../../console/text/en.ts";

const BOTH = { closing: "再见", rating: "请打分" };

function quota(changes: Partial<Quota> = {}): Quota {
  return { level: "ok", closed: null, left: 5, total: 5, leftMs: 3_600_000, share: 1, ...changes };
}

describe("closing a session", () => {
  it.for([
    ["both texts as one message", BOTH, true, "再见\n请打分"],
    ["no request for a rating when no agent serves the session", BOTH, false, "再见"],
    ["only the text that is configured", { closing: null, rating: "请打分" }, true, "请打分"],
  ] as const)("sends %s", ([, texts, isServed, text], { expect }) => {
    expect(closingOf(texts, isServed, quota())).toStrictEqual({ name: "sent", text, count: 1 });
  });

  it("sends nothing without a configured text, whatever the quota", ({ expect }) => {
    const nothing = { closing: null, rating: "请打分" };
    expect(closingOf(nothing, false, quota({ closed: "over", left: 0 }))).toStrictEqual({ name: "silent" });
  });

  it.for([
    [BOTH, true, "both"],
    [BOTH, false, "closing"],
    [{ closing: "再见", rating: null }, true, "closing"],
    [{ closing: null, rating: "请打分" }, true, "rating"],
  ] as const)("names the configured texts that are not sent: %j, served: %s", ([texts, isServed, what], { expect }) => {
    const outcome = closingOf(texts, isServed, quota({ closed: "used_up", left: 0 }));
    expect(outcome).toStrictEqual({ name: "not_sent", what, reason: "quota_used" });
  });

  it.for([
    ["window_closed", { closed: "over", left: 0 }, "再见"],
    ["window_closed", { closed: "never", left: 0 }, "再见"],
    ["handed_over", { closed: "unknown" }, "再见"],
    ["quota_short", { left: 1 }, "长".repeat(1_000)],
    ["too_long", {}, "长".repeat(100_000)],
  ] as const)("names the reason: %s", ([reason, changes, closing], { expect }) => {
    const outcome = closingOf({ closing, rating: null }, true, quota(changes));
    expect(outcome).toStrictEqual({ name: "not_sent", what: "closing", reason });
  });
});

describe("a text with a number that can be 1", () => {
  it("has no plural in English", ({ expect }) => {
    const texts = [EN.signOutServed, EN.signOutUnsent, EN.signOutDrafts, EN.listOf];
    expect(texts.filter((text) => /\{count\} \w+s\b/.test(text))).toStrictEqual([]);
  });
});
