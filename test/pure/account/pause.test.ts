/** When an errcode of custom/send pauses the account, and when it concerns only one message. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { decidePause, endPauses, forgetMessages, proveOwnFault } from "../../../worker/account/core/pause.ts";
import { NEW_ACCOUNT, type AccountState } from "../../../worker/account/core/state.ts";
import { ERRCODES } from "../../../worker/channels/wechat/errcode.ts";
import { pauseCause } from "../../support/delivery.ts";

const NOW = 1_760_000_000_000;
const MINUTE = 60_000;

/** An account to which refusals are reported. */
function createAccount() {
  let state: AccountState = NEW_ACCOUNT;
  let now = NOW;
  return {
    state: () => state,
    pass(ms: number) {
      now += ms;
    },
    /** Lifts the pause before its end. */
    lift() {
      state = { ...state, pausedUntil: 0, refusals: endPauses(state.refusals, now) };
    },
    /** WeChat accepts another message. */
    accepts() {
      state = { ...state, ...proveOwnFault(state) };
    },
    isPaused: () => state.pausedUntil > now,
    refuses(message: string, attempt: number, errcode = 48001): "paused" | "alone" {
      const { aloneMs, patch } = decidePause(state, pauseCause(errcode), { id: message, attempt }, now, 0);
      state = { ...state, ...patch };
      return aloneMs === undefined ? "paused" : "alone";
    },
  };
}

describe("a refused message", () => {
  it("does not pause the app a second time by itself", ({ expect }) => {
    const account = createAccount();
    expect(account.refuses("a", 1)).toBe("paused");
    account.pass(11 * MINUTE);
    expect(account.refuses("a", 2)).toBe("alone");
    expect(account.isPaused()).toBe(false);
    account.pass(11 * MINUTE);
    expect(account.refuses("a", 3)).toBe("alone");
  });

  it("is reported with the time for which it has been the only refused one; another refusal ends that", ({
    expect,
  }) => {
    let state: AccountState = NEW_ACCOUNT;
    const refuse = (message: string, attempt: number, minutes: number) => {
      const { aloneMs, patch } = decidePause(
        state,
        pauseCause(48001),
        { id: message, attempt },
        NOW + minutes * MINUTE,
        0,
      );
      state = { ...state, ...patch };
      return aloneMs;
    };
    expect([refuse("a", 1, 0), refuse("a", 2, 11), refuse("a", 3, 41)]).toEqual([undefined, 0, 30 * MINUTE]);
    expect([refuse("b", 1, 42), refuse("a", 4, 53), refuse("a", 5, 64)]).toEqual([undefined, undefined, 0]);
  });

  it("pauses the app again when another message was refused with the same code in between", ({ expect }) => {
    const account = createAccount();
    account.refuses("a", 1);
    expect(account.refuses("b", 1)).toBe("paused");
    account.pass(11 * MINUTE);
    expect(account.refuses("a", 2)).toBe("paused");
    expect(account.isPaused()).toBe(true);
    account.pass(11 * MINUTE);
    expect(account.refuses("a", 3)).toBe("alone");
  });

  it("is not affected by a refusal of another message with another code", ({ expect }) => {
    const account = createAccount();
    account.refuses("a", 1);
    account.refuses("b", 1, 45011);
    account.pass(11 * MINUTE);
    expect(account.refuses("a", 2)).toBe("alone");
  });

  it("is not refused a second time by a second report of the same attempt", ({ expect }) => {
    const account = createAccount();
    expect(account.refuses("a", 1)).toBe("paused");
    account.pass(11 * MINUTE);
    expect(account.refuses("a", 1)).toBe("paused");
    expect(account.isPaused()).toBe(false);
  });

  it("does not change its own pause while that is in force", ({ expect }) => {
    const account = createAccount();
    account.refuses("a", 1);
    const before = account.state();
    account.pass(5 * MINUTE);
    expect(account.refuses("a", 2)).toBe("paused");
    expect(account.state()).toEqual(before);
  });

  it("does not bring back a pause that was lifted before its time", ({ expect }) => {
    const account = createAccount();
    account.refuses("a", 1);
    account.pass(MINUTE);
    account.lift();
    expect(account.refuses("a", 2)).toBe("alone");
    expect(account.isPaused()).toBe(false);
    // The same holds during a later pause caused by another code.
    account.refuses("b", 1, 45009);
    expect(account.refuses("a", 3)).toBe("alone");
  });

  it("brings the pause back when another message was refused with the same code, and none was accepted since", ({
    expect,
  }) => {
    const account = createAccount();
    account.refuses("a", 1);
    account.refuses("b", 1);
    account.lift();
    expect(account.refuses("a", 2)).toBe("paused");
    expect(account.isPaused()).toBe(true);
  });

  it("pauses no more once WeChat accepted another one, for any number of refusals with the same code", ({ expect }) => {
    const account = createAccount();
    const messages = ["a", "b", "c"];
    for (const message of messages) account.refuses(message, 1);
    account.accepts();
    account.pass(11 * MINUTE);
    for (const attempt of [2, 3, 4]) {
      for (const message of messages) expect(account.refuses(message, attempt)).toBe("alone");
      account.pass(11 * MINUTE);
    }
    // The first refusal of another message pauses the account; further refusals do not extend that pause.
    expect(account.refuses("d", 1)).toBe("paused");
    account.pass(11 * MINUTE);
    expect(account.refuses("a", 5)).toBe("alone");
    expect(account.refuses("d", 2)).toBe("alone");
  });

  it("pauses no more once WeChat accepted another one, also when many messages are refused in turn", ({ expect }) => {
    const account = createAccount();
    const messages = Array.from({ length: 60 }, (_, index) => `m${index}`);
    const rounds = Array.from({ length: 8 }, (_, round) => {
      const outcomes = messages.map((message) => account.refuses(message, round + 1));
      account.accepts();
      account.pass(11 * MINUTE);
      return new Set(outcomes);
    });
    // At most 16 refused messages are stored for each pause.
    expect(rounds.slice(4)).toEqual(Array.from({ length: 4 }, () => new Set(["alone"])));
  });

  it("pauses each time when its id is not known, and counts as another message", ({ expect }) => {
    const account = createAccount();
    account.refuses("a", 1);
    const { patch } = decidePause(account.state(), pauseCause(48001), undefined, NOW + 11 * MINUTE, 0);
    expect(patch).toMatchObject({
      pausedUntil: NOW + 21 * MINUTE,
      refusals: { 48001: [{ id: "a" }, { id: "" }] },
    });
  });
});

describe("what is stored about refusals", () => {
  it("is written at most 16 times for a thousand messages refused in one pause", ({ expect }) => {
    const account = createAccount();
    const states = Array.from({ length: 1000 }, (_, index) => {
      account.refuses(`m${index}`, 1);
      return account.state();
    });
    expect(new Set(states).size).toBe(1000);
    expect(new Set(states.map((state) => state.refusals)).size).toBe(16);
    expect(new Set(states.map((state) => state.pausedUntil)).size).toBe(1);
  });

  it("is written once for a thousand messages that WeChat accepted", ({ expect }) => {
    const account = createAccount();
    expect(proveOwnFault(account.state())).toEqual({});
    account.refuses("a", 1);
    account.refuses("b", 1, 45009);
    account.accepts();
    expect(account.state().refusals).toMatchObject({ 48001: [{ isOwn: true }], 45009: [{ isOwn: true }] });
    expect(proveOwnFault(account.state())).toEqual({});
  });

  it("covers at most 128 messages, the latest ones", ({ expect }) => {
    const account = createAccount();
    for (let index = 0; index < 150; index += 1) {
      account.refuses(`m${index}`, 1);
      account.pass(11 * MINUTE);
    }
    const names = account.state().refusals["48001"]?.map(({ id }) => id);
    expect(names).toEqual(Array.from({ length: 128 }, (_, index) => `m${index + 22}`));
  });

  it("contains nothing of a user who was erased", ({ expect }) => {
    const account = createAccount();
    account.refuses("0123456789abcdef0123-7", 1);
    account.refuses("fedcba98765432100123-7", 1);
    account.refuses("0123456789abcdef0123-9", 1, 45009);
    const left = forgetMessages(account.state(), "0123456789abcdef0123-");
    expect(left).toMatchObject({ refusals: { 48001: [{ id: "fedcba98765432100123-7" }] } });
    expect(Object.keys(left.refusals ?? {})).toEqual(["48001"]);
    expect(forgetMessages(account.state(), "99999999999999999999-")).toEqual({});
  });

  it("never lets one message cause two pauses with the same code, whenever it is refused", ({ expect }) => {
    const codes = Object.keys(ERRCODES)
      .map(Number)
      .filter((code) => ERRCODES[code]?.reach !== undefined);
    const steps = fc.array(
      fc.record({ errcode: fc.constantFrom(...codes), ms: fc.nat(3_600_000), lifts: fc.boolean() }),
    );
    fc.assert(
      fc.property(steps, (refusals) => {
        const account = createAccount();
        const ends = new Map<string, Set<number>>();
        refusals.forEach(({ errcode, ms, lifts }, index) => {
          account.pass(ms);
          if (lifts) account.lift();
          account.refuses("a", index + 1, errcode);
          const { pausedUntil, pauseCode } = account.state();
          if (account.isPaused()) ends.set(pauseCode, (ends.get(pauseCode) ?? new Set()).add(pausedUntil));
        });
        for (const [code, until] of ends) expect(until.size, code).toBe(1);
      }),
    );
  });

  it("lets a message pause the app again only when another was refused since, and none accepted", ({ expect }) => {
    const events = fc.array(fc.constantFrom("a", "b", "c", "d", "taken", "lifted", "over"), { maxLength: 60 });
    fc.assert(
      fc.property(events, (happened) => {
        const account = createAccount();
        const pausedAt = new Map<string, number>();
        const refusedAt = new Map<string, number>();
        let takenAt = -1;
        const unfounded: string[] = [];
        happened.forEach((event, index) => {
          if (event === "lifted") return account.lift();
          if (event === "over") return account.pass(11 * MINUTE);
          if (event === "taken") {
            takenAt = index;
            return account.accepts();
          }
          account.pass(1_000);
          const before = account.state().pausedUntil;
          account.refuses(event, index);
          if (account.state().pausedUntil !== before) {
            const last = pausedAt.get(event);
            const since = Math.max(last ?? 0, takenAt);
            const others = [...refusedAt].filter(([other, at]) => other !== event && at > since);
            if (last !== undefined && others.length === 0) unfounded.push(`${event} at ${index}`);
            pausedAt.set(event, index);
          }
          refusedAt.set(event, index);
        });
        expect(unfounded).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
