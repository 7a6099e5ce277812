/**
 * Invariants of a conversation's sessions for every order of messages, outcomes and commands, with commands that are
 * repeated, late, or decided on an old version.
 */
import fc from "fast-check";
import { describe, it } from "vitest";
import type { Result } from "../../../../shared/base/result.ts";
import {
  assign,
  close,
  expire,
  park,
  reopen,
  reply,
  returnToQueue,
  take,
  transferToAgent,
  transferToTeam,
  unpark,
  type SessionCommand,
} from "../../../../worker/conversation/core/session/commands.ts";
import {
  askedForRating,
  endByHandover,
  isRating,
  markSeen,
  rate,
  receiveMessage,
  requestAgent,
  settleAutomatic,
  settleReply,
} from "../../../../worker/conversation/core/session/events.ts";
import type { SessionContext, SessionState } from "../../../../worker/conversation/core/session/session.ts";
import { createSessions, HOUR, MINUTE } from "../../../support/sessions.ts";

const AGENTS = ["a", "b", "c"] as const;
const QUEUE = { team: null, isOffline: false };

const agent = fc.constantFrom(...AGENTS);
/** A command was decided on what is so now, or on what was so some commands ago. */
const age = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 }));
const commandNames = fc.constantFrom(
  "take",
  "assign",
  "reopen",
  "to agent",
  "to team",
  "return",
  "park",
  "unpark",
  "close",
  "idle",
  "expire",
  "bot over",
);
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("message" as const), isForBot: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("automatic" as const), isDelivered: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("command" as const), name: commandNames, agent, age }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("reply" as const), agent }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("repeat" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 30 * HOUR }) }),
  },
  fc.record({ type: fc.constantFrom("request", "handover", "seen", "asked", "digit") }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

type Command = (state: SessionState, context: SessionContext) => Result<SessionState, unknown>;

/** Runs a story, checking after each step; returns its result. */
function play(story: readonly Happening[], check: (sessions: Played) => void) {
  const sessions = createSessions();
  const { happens, commands, named } = sessions;
  /** Bot messages without an outcome yet. */
  let undecided: number[] = [];
  let names: SessionCommand[] = [];
  let newest: Command | undefined;

  const run = (command: Command) => {
    newest = command;
    commands(command);
  };
  const command = (name: string, by: string, { session, version }: SessionCommand): Command => {
    const target = { session, version };
    const seenSeq = sessions.state().open?.lastUserSeq ?? 0;
    const nothing = { isSending: false, held: 0 };
    const until = sessions.now() + HOUR;
    const table: Readonly<Record<string, Command>> = {
      take: (s, c) => take(s, { ...target, agent: by }, c),
      assign: (s, c) => assign(s, { ...target, agent: by }, c),
      reopen: (s, c) => reopen(s, { ...target, agent: by }, c),
      "to agent": (s, c) => transferToAgent(s, { ...target, target: by }, c),
      "to team": (s, c) => transferToTeam(s, { ...target, team: by, isOffline: false }, c),
      return: (s, c) => returnToQueue(s, { ...target, reason: "agent_gone", isOffline: true }, c),
      park: (s, c) => park(s, { ...target, until, latest: until }, c),
      unpark: (s, c) => unpark(s, target, c),
      close: (s, c) => close(s, { ...target, reason: "agent", seenSeq }, nothing, c),
      idle: (s, c) => close(s, { ...target, reason: "idle", seenSeq }, nothing, c),
      expire: (s, c) => expire(s, { ...target, reason: "expired", afterSeq: seenSeq }, c),
      "bot over": (s, c) => expire(s, { ...target, reason: "bot", afterSeq: seenSeq }, c),
    };
    const found = table[name];
    if (found === undefined) throw new Error(`no command ${name}`);
    return found;
  };

  for (const step of story) {
    names = [named(), ...names].slice(0, 4);
    const before = sessions.state();
    let isOutdated = false;
    switch (step.type) {
      case "message": {
        const seq = sessions.nextSeq();
        const { isForBot } = step;
        happens((s, c) => receiveMessage(s, { seq, at: c.now, isForBot, queue: QUEUE }, c));
        if (sessions.state().open?.status === "bot") undecided.push(seq);
        break;
      }
      case "automatic": {
        const answers = undecided.shift();
        if (answers === undefined) break;
        const { isDelivered } = step;
        happens((s, c) => settleAutomatic(s, { answers, isDelivered, at: c.now }, QUEUE, c));
        break;
      }
      case "command": {
        const target = names[Math.min(step.age, names.length - 1)] ?? named();
        isOutdated = target.version !== before.version;
        run(command(step.name, step.agent, target));
        break;
      }
      case "reply": {
        const refused = commands((s, c) => reply(s, step.agent, c));
        if (refused === undefined) happens((s, c) => settleReply(s, c.now, c));
        break;
      }
      case "repeat":
        if (newest !== undefined) commands(newest);
        break;
      case "pass":
        sessions.pass(step.ms);
        break;
      case "request":
        happens((s, c) => requestAgent(s, QUEUE, c));
        break;
      case "handover":
        happens(endByHandover);
        break;
      case "seen":
        happens((s) => markSeen(s, sessions.seq()));
        break;
      case "asked":
        happens((s, c) => askedForRating(s, s.closed?.seq ?? 0, c.now));
        break;
      case "digit":
        happens((s, c) => (isRating(s, c.now, c.now) ? rate(s, 5) : s));
        break;
    }
    // Of a session that automation no longer has, it decides nothing more.
    if (sessions.state().open?.status !== "bot") undecided = [];
    check({ ...sessions, undecided, before, step, isOutdated });
  }
  return { ...sessions, undecided };
}

type Played = ReturnType<typeof createSessions> & {
  readonly undecided: readonly number[];
  readonly before: SessionState;
  /** The command was decided on another version. */
  readonly isOutdated: boolean;
  readonly step: Happening;
};

const story = fc.array(happening, { maxLength: 60 });

describe("in any order of events and commands", () => {
  it("each transition writes one row and raises the version by one; nothing else does", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const { rows, state } = play(given, ({ rows: written, state: current }) => {
          expect(current().version).toBe(written().length);
        });
        expect(rows().map(({ version }) => version)).toEqual(rows().map((_, index) => index + 1));
        expect(state().version).toBe(rows().length);
      }),
    );
  });

  it("a user whose message waits is in the queue or with an agent, or automation has not decided yet", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        play(given, ({ state, undecided }) => {
          const { open } = state();
          if (open === null || open.waitingSince === null) return;
          if (open.status === "bot") expect(undecided).not.toEqual([]);
          else expect(["queued", "serving"]).toContain(open.status);
        });
      }),
    );
  });

  it("a user message always leaves an open session in which it waits and is unread", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const lost: unknown[] = [];
        play(given, ({ state, step }) => {
          const { open } = state();
          const isKept = open !== null && open.waitingSince !== null && open.unread > 0;
          if (step.type === "message" && !isKept) lost.push(open);
        });
        expect(lost).toEqual([]);
      }),
    );
  });

  it("a command that is repeated has no further effect", ({ expect }) => {
    fc.assert(
      fc.property(story, commandNames, agent, (given, name, by) => {
        const { version } = play(given, () => {}).named();
        const again = play([...given, { type: "command", name, agent: by, age: 0 }], () => {});
        const twice = play(
          [...given, { type: "command", name, agent: by, age: 0 }, { type: "repeat" }, { type: "repeat" }],
          () => {},
        );
        expect(twice.rows()).toEqual(again.rows());
        expect(again.state().version).toBeLessThanOrEqual(version + 1);
      }),
    );
  });

  it("a command that was decided on another version changes nothing", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const changed: unknown[] = [];
        play(given, ({ before, state, step, isOutdated }) => {
          if (step.type === "command" && isOutdated && state() !== before) changed.push(step);
        });
        expect(changed).toEqual([]);
      }),
    );
  });

  it("no order makes a user unanswerable: some agent's reply goes through", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        play(given, ({ state }) => {
          const { open } = state();
          const by = open?.status === "serving" ? open.assignee : "z";
          const context = { now: 0, measuring: { businessMs: () => 0, turnLimitMs: 0 }, append: () => 0 };
          expect(reply(state(), by, context)).toMatchObject({ ok: true });
        });
      }),
    );
  });

  it("the sums add up: legs follow one another, no duration is negative, turns are no more than messages", ({
    expect,
  }) => {
    fc.assert(
      fc.property(story, (given) => {
        const { rows, state, now } = play(given, () => {});
        const sums = [
          ...rows().flatMap((row) => (row.sums === undefined ? [] : [{ sums: row.sums, isOpen: false }])),
          ...(state().open === null ? [] : [{ sums: state().open?.sums, isOpen: state().open?.status === "serving" }]),
        ];
        for (const { sums: one, isOpen } of sums) {
          if (one === undefined) throw new Error("a session without sums");
          for (const time of [one.waiting, one.waitingOffline, one.turnTime, one.firstResponse]) {
            expect(time?.clockMs ?? 0).toBeGreaterThanOrEqual(0);
            expect(time?.businessMs ?? 0).toBeLessThanOrEqual(time?.clockMs ?? 0);
          }
          expect(one.turns).toBeLessThanOrEqual(one.userMessages);
          expect(one.turns).toBeLessThanOrEqual(one.replies);
          expect(one.lateTurns).toBeLessThanOrEqual(one.turns);
          expect(one.legs.length === 0).toBe(one.assignedAt === null);
          expect(one.legs.filter(({ to }) => to === null)).toHaveLength(isOpen ? 1 : 0);
          for (const [index, leg] of one.legs.entries()) {
            expect(leg.to ?? now()).toBeGreaterThanOrEqual(leg.from);
            expect(leg.from).toBeGreaterThanOrEqual(one.legs[index - 1]?.to ?? 0);
          }
        }
      }),
    );
  });
});

describe("two agents who want the same session", () => {
  it("get it one after the other: of two takes on one version one changes it", ({ expect }) => {
    fc.assert(
      fc.property(story, agent, agent, (given, first, second) => {
        const sessions = play([...given, { type: "message", isForBot: false }], () => {});
        const named = sessions.named();
        const { version } = named;
        const refusals = [first, second].map((by) => sessions.commands((s, c) => take(s, { ...named, agent: by }, c)));
        const { open } = sessions.state();
        const assignee = open?.status === "serving" ? open.assignee : undefined;
        expect([first, second]).toContain(assignee);
        expect(sessions.state().version).toBeLessThanOrEqual(version + 1);
        if (!refusals.includes(undefined)) throw new Error("both were refused");
      }),
    );
  });
});

describe("a session of the day before", () => {
  it("is closed by no timer that was set before the user's newest message", ({ expect }) => {
    const { happens, nextSeq, now, named, commands, pass, state } = createSessions();
    const write = () => {
      const seq = nextSeq();
      happens((s, c) => receiveMessage(s, { seq, at: now(), isForBot: true, queue: QUEUE }, c));
      return seq;
    };
    const afterSeq = write();
    pass(24 * HOUR - MINUTE);
    write();
    pass(MINUTE);
    expect(commands((s, c) => expire(s, { ...named(), reason: "bot", afterSeq }, c))).toEqual({ reason: "stale" });
    expect(state().open?.status).toBe("bot");
  });
});
