/** When a refusal of custom/send pauses the app, and when it speaks of one message alone. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { ERRCODES } from "../../../shared/errcode.ts";
import { decidePause } from "../../../worker/objects/account-pause.ts";
import { NEW_ACCOUNT, type AccountState } from "../../../worker/objects/account-rules.ts";

const NOW = 1_760_000_000_000;
const MINUTE = 60_000;

/** An account that hears of refusals. */
function createAccount() {
  let state: AccountState = NEW_ACCOUNT;
  let now = NOW;
  return {
    state: () => state,
    pass(ms: number) {
      now += ms;
    },
    /** The pause is lifted before its time. */
    lift() {
      state = { ...state, pausedUntil: 0, pauseErrcode: 0 };
    },
    isPaused: () => state.pausedUntil > now,
    refuses(message: string, attempt: number, errcode = 48001): "paused" | "alone" {
      const { aloneMs, patch } = decidePause(state, errcode, { message, attempt }, now, 0);
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

  it("is reported with the time since it was first refused alone; another refusal ends that", ({ expect }) => {
    let state: AccountState = NEW_ACCOUNT;
    const refuse = (message: string, attempt: number, minutes: number) => {
      const { aloneMs, patch } = decidePause(state, 48001, { message, attempt }, NOW + minutes * MINUTE, 0);
      state = { ...state, ...patch };
      return aloneMs;
    };
    expect([refuse("a", 1, 0), refuse("a", 2, 11), refuse("a", 3, 41)]).toEqual([undefined, 0, 30 * MINUTE]);
    expect([refuse("b", 1, 42), refuse("a", 4, 53), refuse("a", 5, 64)]).toEqual([undefined, undefined, 0]);
  });

  it("pauses it again when another message was refused the same way in between", ({ expect }) => {
    const account = createAccount();
    account.refuses("a", 1);
    expect(account.refuses("b", 1)).toBe("paused");
    account.pass(11 * MINUTE);
    expect(account.refuses("a", 2)).toBe("paused");
    expect(account.isPaused()).toBe(true);
    account.pass(11 * MINUTE);
    expect(account.refuses("a", 3)).toBe("alone");
  });

  it("is not refused alone because another was refused by another code", ({ expect }) => {
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

  it("is not given up while its pause would still last: that holds again, no longer than before", ({ expect }) => {
    const account = createAccount();
    account.refuses("a", 1);
    const { pausedUntil } = account.state();
    account.pass(MINUTE);
    account.lift();
    expect(account.refuses("a", 2)).toBe("paused");
    expect(account.state()).toMatchObject({ pausedUntil, pauseErrcode: 48001 });
  });

  it("pauses each time when its name is not known, and counts as another message", ({ expect }) => {
    const account = createAccount();
    account.refuses("a", 1);
    const { patch } = decidePause(account.state(), 48001, undefined, NOW + 11 * MINUTE, 0);
    expect(patch).toMatchObject({
      pausedUntil: NOW + 21 * MINUTE,
      refusers: { 48001: { message: "a", shared: true } },
    });
  });
});

describe("what is remembered", () => {
  it("is written once for a thousand messages refused in one pause", ({ expect }) => {
    const account = createAccount();
    const states = Array.from({ length: 1000 }, (_, index) => {
      account.refuses(`m${index}`, 1);
      return account.state();
    });
    expect(new Set(states).size).toBe(1000);
    expect(new Set(states.slice(1).map((state) => state.refusers)).size).toBe(1);
    expect(new Set(states.map((state) => state.pausedUntil)).size).toBe(1);
  });

  it("never lets one message cause two pauses by the same code, however its refusals are spread", ({ expect }) => {
    const codes = Object.keys(ERRCODES)
      .map(Number)
      .filter((code) => ERRCODES[code]?.pauses !== null);
    const steps = fc.array(
      fc.record({ errcode: fc.constantFrom(...codes), ms: fc.nat(3_600_000), lifts: fc.boolean() }),
    );
    fc.assert(
      fc.property(steps, (refusals) => {
        const account = createAccount();
        const ends = new Map<number, Set<number>>();
        refusals.forEach(({ errcode, ms, lifts }, index) => {
          account.pass(ms);
          if (lifts) account.lift();
          account.refuses("a", index + 1, errcode);
          const { pausedUntil, pauseErrcode } = account.state();
          if (account.isPaused()) ends.set(pauseErrcode, (ends.get(pauseErrcode) ?? new Set()).add(pausedUntil));
        });
        for (const [errcode, until] of ends) expect(until.size, String(errcode)).toBe(1);
      }),
    );
  });
});
