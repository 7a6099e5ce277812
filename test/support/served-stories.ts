/**
 * Stories of a conversation with sessions: messages, answers of automation, attempts and their outcomes, commands that
 * are late, repeated or name another log, alarms, and Workers that end, in any order.
 */
import fc from "fast-check";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import type { Candidate } from "../../worker/conversation/core/candidate.ts";
import { LEASE_MS } from "../../worker/conversation/core/outbox/outbox.ts";
import type { CommandAction } from "../../worker/conversation/core/session/apply.ts";
import type { LeasedMessage } from "../../worker/conversation/rpc.ts";
import type { CommandAnswer } from "../../worker/conversation/session/rpc.ts";
import { reply, text, TIMEOUT, TRANSFER } from "./conversation.ts";
import { ACCEPTED, rejected } from "./delivery.ts";
import { createServed, type Served } from "./served.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const AGENTS = ["a", "b", "c"] as const;
const OUTCOMES: readonly AttemptOutcome[] = [
  ACCEPTED,
  ACCEPTED,
  TIMEOUT,
  rejected(-1),
  rejected(40003),
  rejected(45047),
  rejected(45015),
  { result: "not_sent", reason: "no_token" },
];
const SILENT: Candidate = { ruleId: "quiet", action: { type: "silent" } };

const agent = fc.constantFrom(...AGENTS);
const happening = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("says" as const),
      automation: fc.constantFrom("nothing", "silent", "handover", "empty", "one", "two", "long"),
      content: fc.constantFrom("你好", "5"),
      /** Whether the settings name the desk, or the platform's own agents. */
      isDesk: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("settles" as const),
      outcome: fc.constantFrom(...OUTCOMES),
      next: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant("replies" as const), agent, hold: fc.boolean(), isLong: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("changes" as const),
      name: fc.constantFrom(
        "take",
        "assign",
        "reopen",
        "agent",
        "team",
        "return",
        "park",
        "unpark",
        "close",
        "idle",
        "expire",
        "bot",
      ),
      agent,
      /** How many steps ago the agent read the state on which the command is based. */
      age: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("service_text" as const),
      purpose: fc.constantFrom("queue", "idle", "away", "closing", "rating", "thanks"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("repeats" as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("passes" as const), ms: fc.integer({ min: 0, max: 30 * HOUR }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant("passes" as const), ms: fc.integer({ min: 0, max: MINUTE }) }),
  },
  fc.record({ type: fc.constantFrom("wakes", "loses", "submits", "note", "other log") }),
);

/** An event of a story. */
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** Generates a story. */
export const story = fc.array(happening, { maxLength: 50 });

/** A generated story. */
export type Story = readonly Happening[];

/** A step and its effects. */
export interface Step {
  readonly chat: Served;
  readonly step: Happening;
  readonly before: ReturnType<Served["state"]>;
  /** The number of rows before the step. */
  readonly rowsBefore: number;
  /** The attempt that began in the step; undefined when none began. */
  readonly lease: LeasedMessage | undefined;
  /** The answer to the step's command; undefined when it was no command. */
  readonly answer: CommandAnswer | undefined;
}

/** Runs a story, checking after each step. */
export function playServed(given: Story, check: (step: Step) => void): Served {
  const chat = createServed();
  let lease: LeasedMessage | undefined;
  let newest: { readonly action: CommandAction; readonly id: string } | undefined;
  let ids = 0;
  let names: ReturnType<Served["named"]>[] = [];
  const carried = (next: LeasedMessage | null | undefined) => next ?? undefined;

  for (const step of given) {
    const before = chat.state();
    const rowsBefore = before.lastSeq === 0 ? 0 : chat.log().length;
    let began: LeasedMessage | undefined;
    let answer: CommandAnswer | undefined;
    const run = (action: CommandAction) => {
      ids += 1;
      newest = { action, id: `story-${ids}` };
      answer = chat.commands(action, { id: newest.id });
      began = answer.ok ? answer.lease : undefined;
    };
    const hasLog = before.lastSeq > 0;
    if (before.sessions !== undefined) names = [chat.named(), ...names].slice(0, 4);
    switch (step.type) {
      case "says":
        began = chat.says(candidatesOf(step.automation), step.content, step.isDesk ? {} : { desk: null }).lease;
        break;
      case "settles": {
        const held = lease;
        lease = undefined;
        if (held !== undefined) began = carried(chat.settles(held, step.outcome, step.next));
        break;
      }
      case "replies": {
        const content = step.isLong ? "好".repeat(1_200) : "在的";
        if (hasLog)
          run({ type: "reply", agent: step.agent, message: text(content), request: content, hold: step.hold });
        break;
      }
      case "changes": {
        const target = names[Math.min(step.age, names.length - 1)];
        if (target !== undefined) run(changeOf(step.name, step.agent, target, chat));
        break;
      }
      case "service_text": {
        const { open, closed } = before.sessions ?? {};
        const session = open?.seq ?? closed?.seq;
        const about = { session: session ?? 0, lastUserSeq: (open ?? closed)?.lastUserSeq ?? 0 };
        if (session !== undefined)
          run({ type: "service_text", purpose: step.purpose, message: text("请稍候"), ...about });
        break;
      }
      case "repeats":
        if (newest === undefined) break;
        answer = chat.commands(newest.action, { id: newest.id });
        began = answer.ok ? answer.lease : undefined;
        break;
      case "passes":
        chat.pass(step.ms);
        break;
      case "wakes":
        if (hasLog) began = carried(chat.wakes());
        break;
      case "loses":
        lease = undefined;
        chat.pass(LEASE_MS);
        break;
      case "submits":
        if (hasLog) {
          const submitted = chat.submits("接口");
          began = submitted.ok ? submitted.lease : undefined;
        }
        break;
      case "note":
        if (hasLog) run({ type: "note", text: "老客户" });
        break;
      case "other log":
        answer = chat.commands({ type: "note", text: "老客户" }, { log: "abc-00000000" });
        break;
    }
    lease = began ?? lease;
    check({ chat, step, before, rowsBefore, lease: began, answer });
  }
  return chat;
}

function candidatesOf(
  automation: "nothing" | "silent" | "handover" | "empty" | "one" | "two" | "long",
): readonly Candidate[] {
  switch (automation) {
    case "nothing":
      return [];
    case "silent":
      return [SILENT];
    case "handover":
      return [TRANSFER];
    case "empty":
      return [reply()];
    case "one":
      return [reply("一")];
    case "two":
      return [reply("一", "二")];
    case "long":
      return [reply("好".repeat(1_200))];
  }
}

function changeOf(
  name:
    | "take"
    | "assign"
    | "reopen"
    | "agent"
    | "team"
    | "return"
    | "park"
    | "unpark"
    | "close"
    | "idle"
    | "expire"
    | "bot",
  by: string,
  target: ReturnType<Served["named"]>,
  chat: Served,
): CommandAction {
  const seenSeq = chat.state().sessions?.open?.lastUserSeq ?? 0;
  switch (name) {
    case "take":
    case "assign":
    case "reopen":
      return { type: name, agent: by, ...target };
    case "agent":
      return { type: "transfer_to_agent", target: by, ...target };
    case "team":
      return { type: "transfer_to_team", team: by, isOffline: false, ...target };
    case "return":
      return { type: "return", reason: "agent_gone", isOffline: true, ...target };
    case "park":
      return { type: "park", until: chat.now() + HOUR, ...target };
    case "unpark":
      return { type: "unpark", ...target };
    case "close":
      return { type: "close", reason: "agent", seenSeq, ...target };
    case "idle":
      return { type: "close", reason: "idle", seenSeq, ...target };
    case "expire":
      return { type: "expire", reason: "expired", afterSeq: seenSeq, ...target };
    case "bot":
      return { type: "expire", reason: "bot", afterSeq: seenSeq, ...target };
  }
}
