/** The clock is set back by days: no work waits until the clock reaches the old time again. */
import fc from "fast-check";
import { describe, it } from "vitest";
import type { Candidate } from "../../../worker/conversation/core/candidate.ts";
import { dueCursors } from "../../../worker/conversation/core/consumer-cursor.ts";
import { nextDue } from "../../../worker/conversation/core/schedule.ts";
import { HOLD_MS } from "../../../worker/conversation/core/transitions.ts";
import { converse, must, reply, text, TRANSFER } from "../../support/conversation.ts";
import { ACCEPTED, rejected } from "../../support/delivery.ts";
import { createServed } from "../../support/served.ts";
import { playStory, story } from "../../support/stories.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BACK = -3 * DAY;

describe("after the clock was set back by days", () => {
  it("an attempt that was under way has ended, and the next message is sent", ({ expect }) => {
    const chat = converse();
    const first = must(chat.says([reply("一")]).lease);
    chat.pass(BACK);
    const { lease } = chat.says([reply("二")]);
    expect(chat.rows("unconfirmed").map(({ ref }) => ref)).toEqual([first.seq]);
    expect(chat.rows("out").find(({ seq }) => seq === lease?.seq)?.content).toEqual(text("二"));
  });

  it("a message of the API after such an attempt is due at once", ({ expect }) => {
    const chat = converse();
    chat.says([reply("一")]);
    chat.pass(BACK);
    chat.submits(text("二"));
    expect(nextDue(chat.state(), undefined, 0) ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(chat.now());
    const lease = chat.wakes();
    expect(chat.rows("out").find(({ seq }) => seq === lease?.seq)?.content).toEqual(text("二"));
  });

  it("a parked session ends its park within two days", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    chat.changes({ type: "take", agent: "a" });
    chat.changes({ type: "park", until: chat.now() + 2 * HOUR });
    expect(chat.snapshot()?.session.open).toMatchObject({ parkedUntil: chat.now() + 2 * HOUR });
    chat.pass(BACK);
    expect(chat.snapshot()?.session.open).toMatchObject({ parkedUntil: chat.now() + 2 * DAY });
  });

  it("the attempt can still be settled", ({ expect }) => {
    const chat = converse();
    const lease = must(chat.says([reply("一")]).lease);
    chat.pass(BACK);
    chat.settles(lease, ACCEPTED);
    expect(chat.status(lease.seq)?.status).toBe("sent");
  });

  it("a message that waits for a retry or for the end of a pause is due", ({ expect }) => {
    for (const trouble of [rejected(-1), { result: "not_sent", reason: "paused", until: Date.UTC(2030, 0) } as const]) {
      const chat = converse();
      const lease = must(chat.says([reply("一")]).lease);
      chat.settles(lease, trouble);
      chat.pass(BACK);
      expect(chat.wakes()).toMatchObject({ seq: lease.seq, attempt: 2 });
    }
  });

  it("a pause of a year is ignored, and does not remove the back-off", ({ expect }) => {
    const chat = converse();
    const lease = must(chat.says([reply("一")]).lease);
    const next = chat.settles(lease, { result: "not_sent", reason: "paused", until: chat.now() + 365 * DAY });
    expect(next).toBeUndefined();
    expect((nextDue(chat.state(), undefined, 0) ?? 0) - chat.now()).toBeLessThan(4 * HOUR);
  });

  it("automatic answers are not muted for those days", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    chat.settles(must(chat.submits(text("我来看看"), { muteMs: 10 * MINUTE }).lease), ACCEPTED);
    chat.pass(BACK);
    expect(chat.says([reply("自动")]).lease).toBeDefined();
  });

  it("a rule with a cool-down of ten minutes applies again", ({ expect }) => {
    const once: Candidate = { ...reply("欢迎"), onceMs: 10 * MINUTE };
    const chat = converse();
    chat.settles(must(chat.says([once]).lease), ACCEPTED);
    expect(chat.says([once]).lease).toBeUndefined();
    chat.pass(BACK);
    expect(chat.says([once]).lease).toBeDefined();
    chat.pass(-1_000);
    expect(chat.says([once]).lease).toBeUndefined();
  });

  it("the user's next message opens the window, whatever was sent before", ({ expect }) => {
    const chat = converse();
    for (let { lease } = chat.says([reply("1", "2", "3", "4", "5")]); lease !== undefined;)
      lease = chat.settles(lease, ACCEPTED);
    chat.pass(BACK);
    expect(chat.says([reply("自动")]).lease).toBeDefined();
    expect(chat.window()).toMatchObject({ grant: "message", remaining: 4, expiresAt: chat.now() + 2 * DAY });
  });

  it("a window that was used up stays so until then, and no window is open for longer than it can be", ({ expect }) => {
    const chat = converse();
    for (let { lease } = chat.says([reply("1", "2", "3", "4", "5")]); lease !== undefined;)
      lease = chat.settles(lease, ACCEPTED);
    chat.pass(BACK);
    expect(chat.submits(text("6"))).toMatchObject({ ok: false, reason: "quota_used" });
    const other = converse();
    other.says([]);
    other.pass(BACK);
    expect(other.submits(text("1")).ok).toBe(true);
    expect((other.window().expiresAt ?? 0) - other.now()).toBeLessThanOrEqual(2 * DAY);
  });

  it("the user's next message ends a handover, and an enter event sets the entry context", ({ expect }) => {
    const chat = converse();
    chat.enters([], chat.now(), "product");
    chat.says([TRANSFER]);
    chat.pass(BACK);
    chat.enters([], chat.now(), "order");
    expect(chat.entered()?.text).toBe("order");
    expect(chat.says([reply("自动")]).lease).toBeDefined();
  });

  it("a held message is blocked after its 48 hours", ({ expect }) => {
    const chat = converse();
    const { message } = chat.submits(text("第一"), { hold: true });
    chat.pass(BACK);
    chat.submits(text("第二"), { hold: true });
    chat.pass(HOLD_MS);
    chat.wakes();
    expect(chat.status(must(message))).toMatchObject({ status: "blocked", parts: [{ reason: "hold_expired" }] });
  });

  it("an endpoint that waited for a retry is called", ({ expect }) => {
    const now = Date.UTC(2026, 0);
    const cursor = { after: 1, tries: 3, since: now - BACK, nextAt: now - BACK + HOUR };
    expect(dueCursors({ crm: cursor }, 2, now)).toEqual(["crm"]);
    expect(dueCursors({ crm: { ...cursor, nextAt: now + HOUR } }, 2, now)).toEqual([]);
  });

  it("every message ends within its maximum time, whatever happened before", ({ expect }) => {
    fc.assert(
      fc.property(story, fc.integer({ min: 1, max: 60 * 24 }), (given, hours) => {
        const { chat } = playStory(given);
        chat.pass(-hours * HOUR);
        chat.says([reply("新")]);
        for (let rounds = 0; rounds < 100; rounds += 1) {
          chat.pass(HOUR);
          const next = chat.wakes();
          if (next !== undefined) chat.settles(next, ACCEPTED, false);
        }
        expect(chat.state().queue).toEqual([]);
        expect(chat.state().held).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a clock that is corrected by a second", () => {
  it("changes nothing", ({ expect }) => {
    const chat = converse();
    const once: Candidate = { ...reply("欢迎"), onceMs: 10 * MINUTE };
    const lease = must(chat.says([once]).lease);
    chat.pass(-1_000);
    expect(chat.says([once]).lease).toBeUndefined();
    expect(chat.rows("unconfirmed")).toEqual([]);
    chat.settles(lease, ACCEPTED);
    expect(chat.window().remaining).toBe(4);
  });
});
