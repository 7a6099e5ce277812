/** The login of an agent: invites, lock-out and sign-ins, over time. */
import fc from "fast-check";
import { describe, it } from "vitest";
import type { Result } from "../../../shared/base/result.ts";
import {
  acceptInvite,
  addInvite,
  addSignIn,
  attempt,
  EMPTY_LOGIN,
  endSignIns,
  findInvite,
  findSignIn,
  openSignIns,
  seeSignIn,
  type Attempt,
  type Login,
  type PasswordHash,
} from "../../../worker/people/core/login.ts";
import { createLogin } from "../../../worker/people/login.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = 1_795_000_000_000;
const PASSWORD: PasswordHash = { algorithm: "scrypt", n: 1, r: 1, p: 1, salt: "", hash: "" };
const signIn = (id: string) => ({ id, hash: `hash of ${id}`, browser: "Chrome, Windows" });
const accept = (login: Login, hash: string, now: number) =>
  acceptInvite(login, hash, () => PASSWORD, signIn("new"), now);

/** Makes attempts and returns their outcomes and the last state. */
function attempts(login: Login, tries: readonly (readonly [isRight: boolean, at: number])[]) {
  let state = login;
  const outcomes: Attempt[] = [];
  for (const [isRight, at] of tries) {
    const [outcome, after] = attempt(state, isRight, at);
    outcomes.push(outcome);
    state = after;
  }
  return { outcomes, state };
}
const wrong = (count: number, at = NOW, gapMs = 0) =>
  Array.from({ length: count }, (_, index) => [false, at + index * gapMs] as const);

describe("an invite", () => {
  const invited = addInvite(EMPTY_LOGIN, "h1", NOW);

  it("sets the password once, and makes a sign-in", ({ expect }) => {
    const accepted = accept(invited, "h1", NOW + HOUR);
    if (!accepted.ok) throw new Error("refused");
    expect(accepted.value).toMatchObject({ password: PASSWORD, invite: null, signIns: [{ id: "new" }] });
    expect(accept(accepted.value, "h1", NOW + HOUR)).toEqual({ ok: false, error: "invite_invalid" });
  });

  it("ends after 24 hours, and by a newer one", ({ expect }) => {
    expect(accept(invited, "h1", NOW + DAY - 1).ok).toBe(true);
    expect(accept(invited, "h1", NOW + DAY).ok).toBe(false);
    expect(accept(addInvite(invited, "h2", NOW), "h1", NOW).ok).toBe(false);
    expect(accept(invited, "h2", NOW).ok).toBe(false);
    expect(accept(EMPTY_LOGIN, "", NOW).ok).toBe(false);
  });

  it("is found by its hash as long as it can be accepted", ({ expect }) => {
    expect(findInvite(invited, "h1", NOW + DAY - 1)).toEqual(invited.invite);
    for (const [hash, at] of [
      ["h1", NOW + DAY],
      ["h1", NOW - 1],
      ["h2", NOW],
    ] as const)
      expect(findInvite(invited, hash, at)).toBeUndefined();
    expect(findInvite(EMPTY_LOGIN, "", NOW)).toBeUndefined();
  });

  it("is not valid for longer because the clock was set back", ({ expect }) => {
    expect(accept(invited, "h1", NOW - 1).ok).toBe(false);
  });

  it("changes nothing until it is accepted, and then ends every sign-in and the lock", ({ expect }) => {
    const known = addSignIn({ ...EMPTY_LOGIN, password: PASSWORD }, signIn("old"), NOW);
    const reset = addInvite(attempts(known, wrong(10)).state, "h3", NOW);
    expect(findSignIn(reset, "hash of old", NOW)?.id).toBe("old");
    const accepted = accept(reset, "h3", NOW);
    if (!accepted.ok) throw new Error("refused");
    expect(accepted.value.signIns.map(({ id }) => id)).toEqual(["new"]);
    expect(attempt(accepted.value, true, NOW)[0]).toBe("accepted");
  });

  it("that is refused hashes no password", ({ expect }) => {
    const refused = acceptInvite(invited, "other", () => expect.unreachable(), signIn("new"), NOW);
    expect(refused.ok).toBe(false);
  });
});

describe("the lock-out", () => {
  it("begins with the tenth failure in 15 minutes, and refuses the right password for 15 minutes", ({ expect }) => {
    const { outcomes, state } = attempts(EMPTY_LOGIN, wrong(10, NOW, MINUTE));
    expect(outcomes).toEqual(["first_failure", ...Array.from({ length: 8 }, () => "refused"), "locked"]);
    const lockedAt = NOW + 9 * MINUTE;
    expect(attempt(state, true, lockedAt)[0]).toBe("refused");
    expect(attempt(state, true, lockedAt + 15 * MINUTE - 1)[0]).toBe("refused");
    expect(attempt(state, true, lockedAt + 15 * MINUTE)[0]).toBe("accepted");
  });

  it("is preceded by a first failure once in 15 minutes, which is recorded", ({ expect }) => {
    const { outcomes } = attempts(EMPTY_LOGIN, [...wrong(3), ...wrong(3, NOW + 15 * MINUTE)]);
    expect(outcomes.map((outcome) => outcome === "first_failure")).toEqual([true, false, false, true, false, false]);
  });

  it("records the first failure of each 15 minutes while failures continue without a lock", ({ expect }) => {
    for (const gapMs of [MINUTE, 100_000, 100_001, 4 * MINUTE]) {
      const tries = wrong((12 * HOUR) / gapMs, NOW, gapMs);
      const recorded: number[] = [];
      attempts(EMPTY_LOGIN, tries).outcomes.forEach((outcome, index) => {
        if (outcome === "first_failure") recorded.push(tries[index]?.[1] ?? NaN);
      });
      const gaps = recorded.slice(1).map((at, index) => at - (recorded[index] ?? NaN));
      expect(Math.min(...gaps), `one each ${gapMs} ms`).toBeGreaterThanOrEqual(15 * MINUTE);
      // One failure a minute locks the account with the tenth, and none counts during the lock.
      const longestMs = (gapMs === MINUTE ? 24 : 15) * MINUTE + gapMs;
      expect(recorded.length, `one each ${gapMs} ms`).toBeGreaterThanOrEqual(Math.floor((12 * HOUR) / longestMs));
    }
  });

  it("records one failure in 15 minutes, even if the right password or an invite follows", ({ expect }) => {
    const tries = [...wrong(2), [true, NOW] as const, ...wrong(2), ...wrong(1, NOW + 15 * MINUTE)];
    expect(attempts(EMPTY_LOGIN, tries).outcomes).toEqual([
      "first_failure",
      "refused",
      "accepted",
      "refused",
      "refused",
      "first_failure",
    ]);
    const invited = accept(addInvite(attempts(EMPTY_LOGIN, wrong(1)).state, "h", NOW), "h", NOW);
    expect(invited.ok && attempt(invited.value, false, NOW)[0]).toBe("refused");
  });

  it("records a failure after the clock was set back, and one that follows a state without the record", ({
    expect,
  }) => {
    const { state } = attempts(EMPTY_LOGIN, wrong(1));
    expect(attempt(state, false, NOW - 1)[0]).toBe("first_failure");
    const former = { ...EMPTY_LOGIN, failures: { times: [NOW], lockedUntil: null } };
    expect(attempts(former, wrong(2)).outcomes).toEqual(["first_failure", "refused"]);
  });

  it("does not begin while failures are further apart", ({ expect }) => {
    expect(attempts(EMPTY_LOGIN, wrong(100, NOW, 101_000)).outcomes).not.toContain("locked");
  });

  it("starts again at zero after a success", ({ expect }) => {
    const { outcomes } = attempts(EMPTY_LOGIN, [...wrong(9), [true, NOW], ...wrong(9)]);
    expect(outcomes).not.toContain("locked");
  });

  it("is not made longer by attempts during it", ({ expect }) => {
    const { state } = attempts(EMPTY_LOGIN, [...wrong(10), ...wrong(30, NOW, MINUTE / 10)]);
    expect(attempt(state, true, NOW + 15 * MINUTE)[0]).toBe("accepted");
  });

  it("ends when the clock is set back by more than its length", ({ expect }) => {
    const { state } = attempts(EMPTY_LOGIN, wrong(10));
    expect(attempt(state, true, NOW - 1)[0]).toBe("accepted");
  });

  it("allows at most ten wrong passwords in any 15 minutes, in any order of attempts", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3 * MINUTE }), { maxLength: 120 }), (gaps) => {
        let state: Login = EMPTY_LOGIN;
        let at = NOW;
        const counted: number[] = [];
        for (const gap of gaps) {
          at += gap;
          const [, after] = attempt(state, false, at);
          if (after !== state) counted.push(at);
          state = after;
        }
        for (const start of counted) {
          expect(counted.filter((time) => time >= start && time < start + 15 * MINUTE).length).toBeLessThanOrEqual(10);
        }
      }),
    );
  });
});

describe("a refusal", () => {
  /** Makes one attempt and counts the hash computations. */
  function costOf(stored: Login, password: string) {
    const cost = { verified: 0, written: 0 };
    const login = createLogin({
      store: { read: () => stored, write: () => void (cost.written += 1) },
      hasher: {
        hash: () => PASSWORD,
        verify: (text, known) => {
          cost.verified += 1;
          return known !== null && text === "right";
        },
      },
      now: () => NOW,
      makeId: () => "new",
    });
    return { result: login.signIn({ password, hash: "h", browser: "" }), after: cost };
  }

  it("has the same cost for an unknown name, a wrong password and a locked account", ({ expect }) => {
    const known = { ...EMPTY_LOGIN, password: PASSWORD };
    const locked = attempts(known, wrong(10)).state;
    for (const [stored, password, error] of [
      [EMPTY_LOGIN, "right", "first_failure"],
      [known, "wrong", "first_failure"],
      [locked, "right", "refused"],
      [locked, "wrong", "refused"],
    ] as const) {
      const { result, after } = costOf(stored, password);
      expect(result).toEqual({ ok: false, error });
      expect(after).toEqual({ verified: 1, written: 1 });
    }
    expect(costOf(known, "right").result).toMatchObject({ ok: true, value: { signIn: "new" } });
  });
});

describe("the summary that the desk shows", () => {
  /** Creates a login whose only password is `right`, and the clock of it. */
  function open() {
    const clock = { now: NOW };
    let state = EMPTY_LOGIN;
    const login = createLogin({
      store: { read: () => state, write: (after) => void (state = after) },
      hasher: { hash: () => PASSWORD, verify: (text, known) => known !== null && text === "right" },
      now: () => clock.now,
      makeId: () => "new",
    });
    const request = { password: "right", hash: "h", browser: "" };
    return { login, clock, request };
  }
  const invited = (hasPassword: boolean) => ({ hasPassword, inviteExpiresAt: NOW + DAY });
  const valueOf = (made: Result<unknown, unknown>) => (made.ok ? made.value : made.error);

  it("is returned with every change of it: an invite, its use, and a sign-in with an invite that is still open", ({
    expect,
  }) => {
    const { login, clock, request } = open();
    expect(login.invite("h1")).toEqual({ expiresAt: NOW + DAY, login: invited(false) });
    const used = { signIn: "new", login: { hasPassword: true, inviteExpiresAt: null } };
    expect(valueOf(login.accept("h1", request))).toEqual(used);
    expect(login.invite("h2").login).toEqual(invited(true));
    expect(valueOf(login.signIn(request))).toEqual({ signIn: "new", login: invited(true) });
    clock.now += DAY;
    expect(valueOf(login.signIn(request))).toEqual(used);
  });
});

describe("a sign-in", () => {
  const one = addSignIn(EMPTY_LOGIN, signIn("s"), NOW);
  const open = (login: Login, now: number) => findSignIn(login, "hash of s", now) !== undefined;

  it("is found by its hash only", ({ expect }) => {
    expect(findSignIn(one, "hash of s", NOW)?.id).toBe("s");
    expect(findSignIn(one, "hash of t", NOW)).toBeUndefined();
    expect(findSignIn(one, "", NOW)).toBeUndefined();
  });

  it("ends after 12 hours without a request", ({ expect }) => {
    expect(open(one, NOW + 12 * HOUR - 1)).toBe(true);
    expect(open(one, NOW + 12 * HOUR)).toBe(false);
  });

  it("ends after 14 days, even if it is used", ({ expect }) => {
    let login = one;
    for (let at = NOW; at < NOW + 14 * DAY; at += HOUR) {
      expect(open(login, at)).toBe(true);
      login = seeSignIn(login, "s", at) ?? login;
    }
    expect(open(login, NOW + 14 * DAY)).toBe(false);
  });

  it("writes its last use at most once a minute", ({ expect }) => {
    expect(seeSignIn(one, "s", NOW + MINUTE - 1)).toBeUndefined();
    const seen = seeSignIn(one, "s", NOW + MINUTE);
    expect(seen?.signIns[0]?.lastSeenAt).toBe(NOW + MINUTE);
    expect(seeSignIn(one, "unknown", NOW + MINUTE)).toBeUndefined();
  });

  it("is ended alone, or with all others", ({ expect }) => {
    const two = addSignIn(one, signIn("t"), NOW);
    expect(endSignIns(two, "s").signIns.map(({ id }) => id)).toEqual(["t"]);
    expect(endSignIns(two, "unknown").signIns).toHaveLength(2);
    expect(endSignIns(two).signIns).toEqual([]);
  });

  it("is one of at most 20; a further one ends the one that was unused for the longest time", ({ expect }) => {
    let login = one;
    for (let index = 0; index < 19; index += 1) login = addSignIn(login, signIn(`${index}`), NOW + 1);
    login = seeSignIn(login, "s", NOW + MINUTE) ?? login;
    login = addSignIn(login, signIn("last"), NOW + 2 * MINUTE);
    expect(openSignIns(login, NOW + 2 * MINUTE)).toHaveLength(20);
    expect(open(login, NOW + 2 * MINUTE)).toBe(true);
    expect(findSignIn(login, "hash of last", NOW + 2 * MINUTE)).toBeDefined();
  });

  it("that has ended is removed by the next one", ({ expect }) => {
    expect(addSignIn(one, signIn("t"), NOW + 13 * HOUR).signIns.map(({ id }) => id)).toEqual(["t"]);
  });
});
