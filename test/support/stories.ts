/** Random sequences of events in one conversation: for property tests of the transitions. */
import fc from "fast-check";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import { LEASE_MS, type Lease } from "../../worker/conversation/core/outbox/outbox.ts";
import { HOLD_MS } from "../../worker/conversation/core/transitions.ts";
import { converse, reply, text, TIMEOUT, TRANSFER } from "./conversation.ts";
import { ACCEPTED, rejected } from "./delivery.ts";

const HOUR = 3_600_000;

const deliveries: readonly AttemptOutcome[] = [
  ACCEPTED,
  TIMEOUT,
  rejected(-1),
  rejected(40003),
  rejected(45047),
  rejected(45015),
  rejected(48004),
  rejected(45011),
  { result: "not_sent", reason: "no_token" },
  { result: "not_sent", reason: "paused", until: 0 },
  { result: "not_sent", reason: "lease_over" },
];

const happening = fc.oneof(
  fc.record({ type: fc.constant("says" as const), replies: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ type: fc.constant("enters" as const), replies: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ type: fc.constant("hands over" as const) }),
  fc.record({ type: fc.constant("submits" as const), hold: fc.boolean(), parts: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ type: fc.constant("settles" as const), delivery: fc.constantFrom(...deliveries), next: fc.boolean() }),
  fc.record({ type: fc.constant("loses the carrier" as const) }),
  fc.record({ type: fc.constant("settles late" as const), delivery: fc.constantFrom(...deliveries) }),
  fc.record({ type: fc.constant("passes" as const), ms: fc.integer({ min: 0, max: 2 * HOUR }) }),
  fc.record({ type: fc.constant("passes" as const), ms: fc.integer({ min: 0, max: 50 * HOUR }) }),
  fc.record({ type: fc.constant("wakes" as const) }),
);
/** A generator of sequences of events, with random numbers and a setting. */
export const story = fc.record({
  happenings: fc.array(happening, { maxLength: 80 }),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  unconfirmedRetries: fc.constantFrom(0 as const, 1 as const),
});
/** A sequence of events. */
export type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** Runs a sequence. @returns the conversation, and until when each message that may be held may be sent */
export function playStory({ happenings, random, unconfirmedRetries }: Story) {
  const chat = converse({ random: () => random, unconfirmedRetries });
  const lost: Lease[] = [];
  /** Until when each message that may be held may be sent, by its first row. */
  const holds = new Map<number, number>();
  let lease: Lease | undefined;
  const take = (next: Lease | undefined) => {
    lease = next ?? lease;
    if (next !== undefined && (holds.get(next.seq) ?? Number.POSITIVE_INFINITY) <= chat.now()) {
      throw new Error("an attempt after the end of the hold");
    }
  };
  const submit = (parts: number, hold: boolean) => {
    const { lease: next, message } = chat.submits(text("好".repeat(600 * parts)), { hold });
    if (hold && message !== undefined) holds.set(message, chat.now() + HOLD_MS);
    take(next);
  };
  for (const event of happenings) {
    const replies = "replies" in event && event.replies > 0 ? [reply(...Array(event.replies).fill("答"))] : [];
    if (event.type === "says") take(chat.says(replies).lease);
    if (event.type === "enters") take(chat.enters(replies).lease);
    if (event.type === "hands over") take(chat.says([TRANSFER]).lease);
    if (event.type === "submits") submit(event.parts, event.hold);
    if (event.type === "passes") chat.pass(event.ms);
    if (event.type === "wakes") take(chat.wakes());
    if (event.type === "loses the carrier" && lease !== undefined) {
      lost.push(lease);
      lease = undefined;
      chat.pass(LEASE_MS);
    }
    if (event.type === "settles" && lease !== undefined) {
      const current = lease;
      lease = undefined;
      take(chat.settles(current, event.delivery, event.next));
    }
    const late = lost.at(-1);
    if (event.type === "settles late" && late !== undefined) {
      lost.pop();
      take(chat.settles(late, event.delivery));
    }
    const underWay = chat.state().queue.filter((item) => item.lease !== undefined);
    if (underWay.length > 1) throw new Error("two attempts are in progress at the same time");
  }
  return { chat, holds };
}
