/**
 * Stories of a conversation's sessions: messages, outcomes and commands in any order, with commands that are repeated,
 * late, or based on an old state.
 */
import fc from "fast-check";
import type { Result } from "../../shared/base/result.ts";
import {
  assign,
  close,
  expire,
  park,
  reopen,
  returnToQueue,
  take,
  transferToAgent,
  transferToTeam,
  unpark,
  type SessionCommand,
} from "../../worker/conversation/core/session/commands.ts";
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
} from "../../worker/conversation/core/session/events.ts";
import type { SessionContext, SessionState } from "../../worker/conversation/core/session/session.ts";
import { reply, createSessions, HOUR, QUEUE } from "./sessions.ts";

const AGENTS = ["a", "b", "c"] as const;

export const agent = fc.constantFrom(...AGENTS);
/** Whether a command is based on the current state, or on the state some commands earlier. */
const age = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 }));
export const commandNames = fc.constantFrom(
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
export const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("message" as const), isForBot: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("automatic" as const), isDelivered: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("command" as const), name: commandNames, agent, age }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("reply" as const), agent }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("settle" as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("repeat" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("pass" as const), ms: fc.integer({ min: 0, max: 30 * HOUR }) }),
  },
  fc.record({ type: fc.constantFrom("request", "handover", "seen", "asked", "digit") }),
);
export type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

type Command = (state: SessionState, context: SessionContext) => Result<SessionState, unknown>;

/** Runs a story, checking after each step; returns its result. */
export function play(story: readonly Happening[], check: (sessions: Played) => void) {
  const sessions = createSessions();
  const { happens, commands, named } = sessions;
  /** Messages that automation has not answered yet, each with its session. */
  const undecided: Undecided[] = [];
  /** Replies of agents that are under way. */
  const sending: number[] = [];
  /** The seqs of the user's messages after which no reply was delivered. */
  const unanswered = new Set<number>();
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
    if (found === undefined) throw new Error(`there is no command ${name}`);
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
        unanswered.add(seq);
        const { open } = sessions.state();
        if (open?.status === "bot") undecided.push({ answers: seq, session: open.seq });
        break;
      }
      case "automatic": {
        const outcome = undecided.shift();
        if (outcome === undefined) break;
        const { answers } = outcome;
        const { isDelivered } = step;
        if (isDelivered) unanswered.delete(answers);
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
        if (refused === undefined) sending.push(sessions.nextSeq());
        break;
      }
      case "settle": {
        const seq = sending.shift();
        if (seq === undefined) break;
        happens((s, c) => settleReply(s, { seq, at: c.now }, c));
        for (const message of unanswered) if (message < seq) unanswered.delete(message);
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
    check({ ...sessions, undecided, unanswered, before, step, isOutdated });
  }
  return sessions;
}

export interface Undecided {
  readonly answers: number;
  readonly session: number;
}

export type Played = ReturnType<typeof createSessions> & {
  readonly undecided: readonly Undecided[];
  readonly unanswered: ReadonlySet<number>;
  readonly before: SessionState;
  /** The command is based on another version. */
  readonly isOutdated: boolean;
  readonly step: Happening;
};

export const story = fc.array(happening, { maxLength: 60 });
