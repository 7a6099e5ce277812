import fc from "fast-check";
import { describe, it } from "vitest";
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import {
  reserve,
  CLOSED_WINDOW,
  CLOCK_SKEW_MS,
  correctWindow,
  coveredUntil,
  settleUse,
  GRANT_MARGIN_MS,
  lastGrantEnd,
  openGrant,
  findWindowRefusal,
  releaseUse,
  windowStatus,
  type WindowState,
} from "../../../worker/conversation/core/window.ts";
import { RULES } from "../../support/rules.ts";

const HOUR = 3_600_000;
const T0 = 1_760_000_000_000;

const message = (state: WindowState, at: number, receivedAt = at) =>
  openGrant(state, RULES, { name: "message", at, receivedAt });
const enter = (state: WindowState, at: number, receivedAt = at) =>
  openGrant(state, RULES, { name: "enter", at, receivedAt });
const send = (state: WindowState, seq: number, at: number) => settleUse(reserve(state, [seq], 0), seq, 0, at);
const view = (state: WindowState, now: number) => windowStatus(state, RULES, now);

describe("the reply window", () => {
  it("is closed before any action of the user", ({ expect }) => {
    expect(view(CLOSED_WINDOW, T0)).toEqual({
      status: "closed",
      grant: null,
      remaining: 0,
      expiresAt: null,
      doubtful: false,
    });
    expect(findWindowRefusal(CLOSED_WINDOW, RULES, 1, T0)).toBe("window_closed");
  });

  it("grants five messages in 48 hours after a message", ({ expect }) => {
    const state = message(CLOSED_WINDOW, T0);
    expect(view(state, T0)).toEqual({
      status: "open",
      grant: "message",
      remaining: 5,
      expiresAt: T0 + 48 * HOUR,
      doubtful: false,
    });
    expect(view(state, T0 + 48 * HOUR - GRANT_MARGIN_MS - 1).remaining).toBe(5);
    expect(view(state, T0 + 48 * HOUR - GRANT_MARGIN_MS).status).toBe("closed");
    expect(findWindowRefusal(state, RULES, 1, T0 + 48 * HOUR - GRANT_MARGIN_MS)).toBe("window_closed");
  });

  it("grants two messages in a minute after entering", ({ expect }) => {
    const state = enter(CLOSED_WINDOW, T0);
    expect(view(state, T0)).toEqual({
      status: "open",
      grant: "enter",
      remaining: 2,
      expiresAt: T0 + 60_000,
      doubtful: false,
    });
    expect(findWindowRefusal(state, RULES, 3, T0)).toBe("quota_used");
  });

  it("never adds the two grants", ({ expect }) => {
    const state = enter(message(CLOSED_WINDOW, T0), T0 + 1_000);
    expect(view(state, T0 + 1_000).remaining).toBe(5);
  });

  it("does not refill a used message grant when the user enters, but opens the enter grant", ({ expect }) => {
    const used = [1, 2, 3, 4, 5].reduce((state, seq) => send(state, seq, T0 + seq), message(CLOSED_WINDOW, T0));
    const state = enter(used, T0 + HOUR);
    expect(view(state, T0 + HOUR)).toMatchObject({ status: "open", grant: "enter", remaining: 2 });
    expect(view(state, T0 + HOUR + 60_000)).toMatchObject({ status: "open", grant: "message", remaining: 0 });
  });

  it("counts a send against every live grant", ({ expect }) => {
    const both = enter(message(CLOSED_WINDOW, T0), T0 + 1_000);
    const state = send(send(both, 1, T0 + 2_000), 2, T0 + 2_000);
    expect(findWindowRefusal(state, RULES, 3, T0 + 3_000)).toBeUndefined();
    expect(findWindowRefusal(state, RULES, 4, T0 + 3_000)).toBe("quota_used");
  });

  it("starts again with the next message, but still counts sends recorded within the clocks' difference", ({
    expect,
  }) => {
    const state = send(send(message(CLOSED_WINDOW, T0), 1, T0 + 1_000), 2, T0 + 60_000);
    const next = message(state, T0 + 60_000 + CLOCK_SKEW_MS);
    expect(view(next, T0 + 70_000).remaining).toBe(4);
    expect(view(message(state, T0 + 60_001 + CLOCK_SKEW_MS), T0 + 70_000).remaining).toBe(5);
  });

  it("counts a send under way against a grant that opens meanwhile", ({ expect }) => {
    const state = message(reserve(message(CLOSED_WINDOW, T0), [1], 0), T0 + HOUR);
    expect(view(state, T0 + HOUR).remaining).toBe(4);
    expect(view(releaseUse(state, 1, 0), T0 + HOUR).remaining).toBe(5);
  });

  it("uses the newest message, not the last to arrive", ({ expect }) => {
    const newest = message(CLOSED_WINDOW, T0 + HOUR);
    expect(message(newest, T0, T0 + 2 * HOUR).grants).toEqual(newest.grants);
  });

  it("treats a grant as used up after WeChat's refusal, unless it arrived after the attempt started", ({ expect }) => {
    const state = message(CLOSED_WINDOW, T0);
    const corrected = correctWindow(state, "used", T0 + 10, T0 + 20);
    expect(view(corrected, T0 + 20)).toMatchObject({ status: "closed", grant: null, doubtful: false });
    const newer = correctWindow(message(state, T0 + 15), "used", T0 + 10, T0 + 20);
    expect(view(newer, T0 + 20)).toMatchObject({ status: "open", grant: "message", remaining: 5 });
  });

  it("ends with its last grant, not with the one in use, and is unknown without one and after the platform closed it", ({
    expect,
  }) => {
    const used = [1, 2, 3, 4, 5].reduce((state, seq) => send(state, seq, T0 + 10_000), message(CLOSED_WINDOW, T0));
    const entered = enter(used, T0 + HOUR);
    expect(view(entered, T0 + HOUR)).toMatchObject({ grant: "enter", expiresAt: T0 + HOUR + 60_000 });
    expect(lastGrantEnd(entered)).toBe(T0 + 48 * HOUR);
    expect(lastGrantEnd(CLOSED_WINDOW)).toBeNull();
    expect(lastGrantEnd(correctWindow(message(CLOSED_WINDOW, T0), "closed", T0 + 1, T0 + 2))).toBeNull();
  });

  it("is doubtful when WeChat reports the end within our 48 hours, until the next message", ({ expect }) => {
    const doubtful = correctWindow(message(CLOSED_WINDOW, T0), "closed", T0 + 10, T0 + 20);
    expect(view(doubtful, T0 + 20).doubtful).toBe(true);
    expect(view(enter(doubtful, T0 + 30), T0 + 30).doubtful).toBe(true);
    expect(view(message(doubtful, T0 + 30), T0 + 30).doubtful).toBe(false);
    const over = correctWindow(message(CLOSED_WINDOW, T0), "closed", T0 + 49 * HOUR, T0 + 49 * HOUR);
    expect(over.doubtful).toBe(false);
  });

  it("lets an attempt run until shortly before the best grant that covers it ends", ({ expect }) => {
    const both = reserve(enter(message(CLOSED_WINDOW, T0), T0), [1], 0);
    expect(coveredUntil(both, RULES, T0)).toBe(T0 + 48 * HOUR - GRANT_MARGIN_MS);
    const greeting = reserve(enter(CLOSED_WINDOW, T0), [1], 0);
    expect(coveredUntil(greeting, RULES, T0)).toBe(T0 + 60_000 - GRANT_MARGIN_MS);
    expect(coveredUntil(greeting, RULES, T0 + 60_000 - GRANT_MARGIN_MS)).toBeUndefined();
    expect(coveredUntil(reserve(greeting, [2, 3], 0), RULES, T0)).toBeUndefined();
  });

  it("removes uses that no grant counts, so that the state stays small", ({ expect }) => {
    const days = Array.from({ length: 200 }, (_, day) => T0 + day * HOUR);
    const state = days.reduce((folded, at, seq) => send(message(folded, at), seq, at + 1_000), CLOSED_WINDOW);
    expect(state.uses.length).toBeLessThanOrEqual(2);
    expect(state.grants).toHaveLength(1);
  });

  it("removes them also when the user once entered the chat", ({ expect }) => {
    const days = Array.from({ length: 200 }, (_, day) => T0 + (day + 1) * HOUR);
    const entered = enter(CLOSED_WINDOW, T0);
    const writing = days.reduce((folded, at, seq) => send(message(folded, at), seq, at + 1_000), entered);
    expect(writing.uses.length).toBeLessThanOrEqual(2);
    const wrote = message(CLOSED_WINDOW, T0 - 48 * HOUR);
    const entering = days.reduce((folded, at, seq) => send(enter(folded, at), seq, at + 1_000), wrote);
    expect(entering.uses.length).toBeLessThanOrEqual(2);
  });
});

type Step = { readonly type: "message" | "enter" | "send" | "wait"; readonly ms: number };
const steps = fc.array(
  fc.record({ type: fc.constantFrom("message", "enter", "send", "wait"), ms: fc.integer({ min: 0, max: 90_000 }) }),
  { maxLength: 60 },
);

describe("the reply window under any sequence of actions", () => {
  it("never allows more than WeChat's strictest interpretation: 5 since the last message, 2 since the last enter event", ({
    expect,
  }) => {
    fc.assert(
      fc.property(steps, (actions: readonly Step[]) => {
        let now = T0;
        let state = CLOSED_WINDOW;
        let sinceMessage = 0;
        let sinceEnter = 0;
        actions.forEach((action, seq) => {
          now += action.ms;
          if (action.type === "message") [state, sinceMessage] = [message(state, now), 0];
          if (action.type === "enter") [state, sinceEnter] = [enter(state, now), 0];
          if (action.type !== "send" || findWindowRefusal(state, RULES, 1, now) !== undefined) return;
          state = send(state, seq, now);
          [sinceMessage, sinceEnter] = [sinceMessage + 1, sinceEnter + 1];
          expect(sinceMessage <= 5 || sinceEnter <= 2).toBe(true);
        });
      }),
    );
  });

  it("shows no remaining message it would refuse, and refuses none it shows", ({ expect }) => {
    fc.assert(
      fc.property(steps, (actions: readonly Step[]) => {
        let now = T0;
        let state = CLOSED_WINDOW;
        actions.forEach((action, seq) => {
          now += action.ms;
          if (action.type === "message") state = message(state, now);
          if (action.type === "enter") state = enter(state, now);
          const { remaining } = view(state, now);
          if (remaining > 0) expect(findWindowRefusal(state, RULES, remaining, now)).toBeUndefined();
          expect(findWindowRefusal(state, RULES, remaining + 1, now)).toBeDefined();
          if (action.type === "send" && remaining > 0) state = send(state, seq, now);
        });
      }),
    );
  });
});

describe("three named grants", () => {
  const rules: ChannelRules = {
    ...RULES,
    grants: {
      message: { count: 5, durationMs: 48 * HOUR },
      enter: { count: 2, durationMs: 60_000 },
      menu: { count: 3, durationMs: 60_000 },
    },
  };
  const names = Object.keys(rules.grants);

  it("each allow their count since their own action, are never added, and no other name opens one", ({ expect }) => {
    const actions = fc.array(
      fc.record({ name: fc.constantFrom(...names, "send", "scan"), ms: fc.integer({ min: 0, max: 90_000 }) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(actions, (taken) => {
        let now = T0;
        let state = CLOSED_WINDOW;
        const since = new Map<string, number>();
        taken.forEach(({ name, ms }, seq) => {
          now += ms;
          const before = state;
          if (name !== "send") state = openGrant(state, rules, { name, at: now, receivedAt: now });
          if (names.includes(name)) since.set(name, 0);
          else if (name === "scan") expect(state).toBe(before);
          const { status, grant, remaining } = windowStatus(state, rules, now);
          expect(status === "open").toBe(grant !== null);
          expect(remaining).toBeLessThanOrEqual(rules.grants[grant ?? ""]?.count ?? 0);
          if (name !== "send" || findWindowRefusal(state, rules, 1, now) !== undefined) return;
          state = send(state, seq, now);
          for (const [known, sent] of since) since.set(known, sent + 1);
          expect([...since].some(([known, sent]) => sent <= (rules.grants[known]?.count ?? 0))).toBe(true);
        });
      }),
    );
  });
});
