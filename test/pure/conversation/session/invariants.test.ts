/** Invariants of a conversation's sessions for every order of messages, outcomes and commands. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { expire, take } from "../../../../worker/conversation/core/session/commands.ts";
import { receiveMessage } from "../../../../worker/conversation/core/session/events.ts";
import { agent, commandNames, play, story } from "../../../support/session-stories.ts";
import { reply, createSessions, HOUR, MINUTE, QUEUE } from "../../../support/sessions.ts";

describe("in any order of events and commands", () => {
  it("each transition writes one row and increases the version by one, and nothing else does", ({ expect }) => {
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
          if (open.status === "bot") expect(undecided.map(({ session }) => session)).toContain(open.seq);
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

  it("only an answered user is closed by time, and none is ever counted as answered who is not", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const lost: unknown[] = [];
        play(given, ({ before, state, unanswered, step }) => {
          const { open, closed } = state();
          const isClosed = before.open !== null && closed?.seq === before.open.seq && open?.seq !== closed.seq;
          const newest = before.open?.lastUserSeq ?? 0;
          if (isClosed && (closed?.reason === "idle" || closed?.reason === "bot") && unanswered.has(newest))
            lost.push(step);
          if (open !== null && open.waitingSince === null && unanswered.has(open.lastUserSeq)) lost.push(step);
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

  it("in any order some agent can reply to the user", ({ expect }) => {
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
          if (one === undefined) throw new Error("the session has no sums");
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
  it("get it one after the other, and of two takes on one version only one has an effect", ({ expect }) => {
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
  it("is not closed by a timer that was set before the user's newest message", ({ expect }) => {
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
