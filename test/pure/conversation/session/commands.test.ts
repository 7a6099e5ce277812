/** Commands of agents and the desk on a session: the states in which they are allowed, their checks, and refusals. */
import { describe, it } from "vitest";
import {
  assign,
  close,
  expire,
  MAX_TRANSFERS,
  park,
  reopen,
  returnToQueue,
  take,
  transferToAgent,
  transferToTeam,
  unpark,
} from "../../../../worker/conversation/core/session/commands.ts";
import { endByHandover, settleAutomatic, settleReply } from "../../../../worker/conversation/core/session/events.ts";
import { reply, HOUR, NOTHING_UNSENT, QUEUE, startSessions } from "../../../support/sessions.ts";

describe("taking a session", () => {
  it("moves it from automation, from the queue and from another agent", ({ expect }) => {
    const { writes, commands, named, state } = startSessions();
    writes(true);
    for (const agent of ["a", "b"]) {
      expect(commands((s, c) => take(s, { ...named(), agent }, c))).toBeUndefined();
      expect(state().open).toMatchObject({ status: "serving", assignee: agent });
    }
  });

  it("is refused on another version, another session and a closed one, with the current state", ({ expect }) => {
    const { isServedBy, commands, named, closes } = startSessions();
    isServedBy("a");
    const { session, version } = named();
    expect(commands((s, c) => take(s, { session, version: version - 1, agent: "b" }, c))).toEqual({
      reason: "version_mismatch",
      version,
    });
    expect(commands((s, c) => take(s, { session: session + 1, version, agent: "b" }, c))).toEqual({
      reason: "session_over",
    });
    closes();
    expect(commands((s, c) => take(s, { ...named(), agent: "b" }, c))).toEqual({ reason: "session_over" });
  });

  it("by the agent who has it changes nothing", ({ expect }) => {
    const { isServedBy, commands, named, state } = startSessions();
    isServedBy("a");
    const before = state();
    expect(commands((s, c) => take(s, { ...named(), agent: "a" }, c))).toBeUndefined();
    expect(state()).toBe(before);
  });
});

describe("an assignment by the desk", () => {
  it("never overrides an agent who took the session by hand", ({ expect }) => {
    const { writes, commands, named, state } = startSessions();
    writes();
    const asked = named();
    commands((s, c) => take(s, { ...asked, agent: "a" }, c));
    expect(commands((s, c) => assign(s, { ...asked, agent: "b" }, c))).toMatchObject({ reason: "version_mismatch" });
    expect(commands((s, c) => assign(s, { ...named(), agent: "b" }, c))).toEqual({
      reason: "wrong_status",
      status: "serving",
    });
    expect(state().open).toMatchObject({ assignee: "a" });
  });
});

describe("an agent's reply", () => {
  it("takes the session first: without one, from automation, from the queue and after the end", ({ expect }) => {
    const prepare: readonly ((sessions: ReturnType<typeof startSessions>) => void)[] = [
      () => {},
      ({ writes }) => void writes(true),
      ({ writes }) => void writes(),
      ({ isServedBy, closes }) => {
        isServedBy("b");
        closes();
      },
    ];
    for (const run of prepare) {
      const sessions = startSessions();
      run(sessions);
      expect(sessions.commands((s, c) => reply(s, "a", c))).toBeUndefined();
      expect(sessions.state().open).toMatchObject({ status: "serving", assignee: "a" });
    }
  });

  it("is refused while another agent serves, with the name", ({ expect }) => {
    const { isServedBy, commands } = startSessions();
    isServedBy("b");
    expect(commands((s, c) => reply(s, "a", c))).toEqual({ reason: "taken", assignee: "b" });
  });

  it("ends the waiting when it reached the user", ({ expect }) => {
    const { isServedBy, happens, state, now, nextSeq } = startSessions();
    isServedBy("a");
    happens((s, c) => settleReply(s, { seq: nextSeq(), at: now() }, c));
    expect(state().open?.waitingSince).toBeNull();
  });

  it("does not answer a message that arrived while it was under way", ({ expect }) => {
    const { isServedBy, happens, nextSeq, writes, state, now } = startSessions();
    isServedBy("a");
    const seq = nextSeq();
    writes();
    happens((s, c) => settleReply(s, { seq, at: now() }, c));
    expect(state().open?.waitingSince).not.toBeNull();
    expect(state().open?.sums).toMatchObject({ replies: 1, turns: 0 });
  });

  it("of an earlier session changes nothing in the next one", ({ expect }) => {
    const { isServedBy, happens, nextSeq, writes, state, now } = startSessions();
    isServedBy("a");
    const seq = nextSeq();
    happens(endByHandover);
    writes();
    const before = state();
    happens((s, c) => settleReply(s, { seq, at: now() }, c));
    expect(state()).toEqual(before);
  });
});

describe("a transfer", () => {
  it("to an agent begins a new leg, and is refused for the same agent", ({ expect }) => {
    const { isServedBy, commands, named, state } = startSessions();
    isServedBy("a");
    expect(commands((s, c) => transferToAgent(s, { ...named(), target: "a" }, c))).toEqual({ reason: "same_agent" });
    expect(commands((s, c) => transferToAgent(s, { ...named(), target: "b" }, c))).toBeUndefined();
    expect(state().open).toMatchObject({ status: "serving", assignee: "b", transfers: 1 });
    expect(state().open?.sums.legs.map(({ agent }) => agent)).toEqual(["a", "b"]);
  });

  it("to a team keeps the position in the queue, and is refused for a team that had it", ({ expect }) => {
    const { isServedBy, pass, commands, named, state, now } = startSessions();
    const queuedAt = now();
    isServedBy("a");
    pass(HOUR);
    const target = { team: "t", isOffline: false };
    expect(commands((s, c) => transferToTeam(s, { ...named(), ...target }, c))).toBeUndefined();
    expect(state().open).toMatchObject({ status: "queued", team: "t", queuedAt, since: now() });
    commands((s, c) => take(s, { ...named(), agent: "b" }, c));
    expect(commands((s, c) => transferToTeam(s, { ...named(), ...target }, c))).toEqual({ reason: "same_team" });
  });

  it("is refused after ten transfers", ({ expect }) => {
    const { isServedBy, commands, named } = startSessions();
    isServedBy("a0");
    for (let n = 1; n <= MAX_TRANSFERS; n += 1) {
      expect(commands((s, c) => transferToAgent(s, { ...named(), target: `a${n % 2}` }, c))).toBeUndefined();
    }
    const refusal = { reason: "transfer_limit" };
    expect(commands((s, c) => transferToAgent(s, { ...named(), target: "z" }, c))).toEqual(refusal);
    expect(commands((s, c) => transferToTeam(s, { ...named(), team: "t", isOffline: false }, c))).toEqual(refusal);
  });
});

describe("a return to the queue", () => {
  it("keeps the position and records the reason", ({ expect }) => {
    const { isServedBy, pass, commands, named, state, rows, now } = startSessions();
    const queuedAt = now();
    isServedBy("a");
    pass(HOUR);
    const command = { reason: "agent_gone", isOffline: true } as const;
    expect(commands((s, c) => returnToQueue(s, { ...named(), ...command }, c))).toBeUndefined();
    expect(state().open).toMatchObject({ status: "queued", queuedAt, isOffline: true });
    expect(rows().at(-1)).toMatchObject({ action: "returned", reason: "agent_gone" });
  });
});

describe("a park", () => {
  it("ends with the reply window at the latest, and never begins in the past", ({ expect }) => {
    const { isServedBy, commands, named, now, state } = startSessions();
    isServedBy("a");
    const latest = now() + HOUR;
    commands((s, c) => park(s, { ...named(), until: now() + 9 * HOUR, latest }, c));
    expect(state().open).toMatchObject({ parkedUntil: latest });
    for (const until of [now(), Number.NaN])
      expect(commands((s, c) => park(s, { ...named(), until, latest }, c))).toEqual({ reason: "park_end" });
    expect(commands((s, c) => unpark(s, named(), c))).toBeUndefined();
    expect(state().open).toMatchObject({ parkedUntil: null });
    const before = state();
    commands((s, c) => unpark(s, named(), c));
    expect(state()).toBe(before);
  });
});

describe("closing", () => {
  it("is refused when the user wrote after what the agent has seen", ({ expect }) => {
    const { isServedBy, seq, writes, closes, state } = startSessions();
    isServedBy("a");
    const seen = seq();
    writes();
    expect(closes(seen)).toEqual({ reason: "stale" });
    expect(closes()).toBeUndefined();
    expect(state()).toMatchObject({ open: null, closed: { reason: "agent", assignee: "a" } });
  });

  it("is refused while a message is under way or held", ({ expect }) => {
    const { isServedBy, closes, seq } = startSessions();
    isServedBy("a");
    expect(closes(seq(), { isSending: true, held: 0 })).toEqual({ reason: "sending" });
    expect(closes(seq(), { isSending: false, held: 1 })).toEqual({ reason: "held" });
  });

  it("for idleness is refused after a message that the timer did not know", ({ expect }) => {
    const { isServedBy, commands, named, seq, happens, now, state, nextSeq } = startSessions();
    isServedBy("a");
    happens((s, c) => settleReply(s, { seq: nextSeq(), at: now() }, c));
    const lastMessageAt = state().open?.sums.lastMessageAt ?? 0;
    const idle = (known: number) =>
      commands((s, c) => {
        const command = { ...named(), reason: "idle", seenSeq: seq(), lastMessageAt: known } as const;
        return close(s, command, NOTHING_UNSENT, c);
      });
    expect(idle(lastMessageAt - 1)).toEqual({ reason: "stale" });
    expect(idle(lastMessageAt)).toBeUndefined();
    expect(state().closed).toMatchObject({ reason: "idle" });
  });

  it("for idleness needs a session that is not parked and whose user is not waiting", ({ expect }) => {
    const { isServedBy, commands, named, seq, happens, now, state, nextSeq } = startSessions();
    isServedBy("a");
    const idle = () => commands((s, c) => close(s, { ...named(), reason: "idle", seenSeq: seq() }, NOTHING_UNSENT, c));
    expect(idle()).toEqual({ reason: "waiting" });
    happens((s, c) => settleReply(s, { seq: nextSeq(), at: now() }, c));
    commands((s, c) => park(s, { ...named(), until: now() + HOUR, latest: now() + HOUR }, c));
    expect(idle()).toMatchObject({ reason: "wrong_status" });
    commands((s, c) => unpark(s, named(), c));
    expect(idle()).toBeUndefined();
    expect(state().closed).toMatchObject({ reason: "idle" });
  });

  it("of a queued session by time is refused when the user wrote in the meantime", ({ expect }) => {
    const { writes, commands, named, state } = startSessions();
    const afterSeq = writes();
    const newest = writes();
    const expires = (seen: number) =>
      commands((s, c) => expire(s, { ...named(), reason: "expired", afterSeq: seen }, c));
    expect(expires(afterSeq)).toEqual({ reason: "stale" });
    expect(expires(newest)).toBeUndefined();
    expect(state().closed).toMatchObject({ reason: "expired" });
  });

  it("of a bot session by time is refused while an automatic reply may still fail", ({ expect }) => {
    const { writes, commands, named, state, happens, now } = startSessions();
    const answers = writes(true);
    const expires = () => commands((s, c) => expire(s, { ...named(), reason: "bot", afterSeq: answers }, c));
    expect(expires()).toEqual({ reason: "waiting" });
    happens((s, c) => settleAutomatic(s, { answers, isDelivered: true, at: now() }, QUEUE, c));
    expect(expires()).toBeUndefined();
    expect(state().closed).toMatchObject({ reason: "bot" });
  });

  it("results from a handover to the platform's agents, in every state of the session", ({ expect }) => {
    const { isServedBy, happens, state } = startSessions();
    happens(endByHandover);
    expect(state().version).toBe(0);
    isServedBy("a");
    happens(endByHandover);
    expect(state()).toMatchObject({ open: null, closed: { reason: "handed_over" } });
  });
});

describe("opening again", () => {
  it("begins a new session for the agent, once", ({ expect }) => {
    const { isServedBy, closes, commands, named, state } = startSessions();
    isServedBy("a");
    const first = state().open?.seq;
    closes();
    const command = { ...named(), agent: "b" };
    expect(commands((s, c) => reopen(s, command, c))).toBeUndefined();
    expect(state().open).toMatchObject({ status: "serving", assignee: "b", reopenedFrom: first });
    expect(commands((s, c) => reopen(s, command, c))).toEqual({ reason: "session_over" });
  });

  it("is refused on another version", ({ expect }) => {
    const { isServedBy, closes, commands, named } = startSessions();
    isServedBy("a");
    closes();
    const { session, version } = named();
    expect(commands((s, c) => reopen(s, { session, version: version - 1, agent: "b" }, c))).toEqual({
      reason: "version_mismatch",
      version,
    });
  });
});
