import fc from "fast-check";
import { describe, it } from "vitest";
import type { Delivery } from "../../../shared/delivery.ts";
import { HOLD_MS } from "../../../worker/domain/conversation.ts";
import { LEASE_MS, type Lease } from "../../../worker/domain/outbox.ts";
import { nextDue, PRUNE_SLACK_MS, waitingSeqs } from "../../../worker/domain/schedule.ts";
import { converse, must, refused, reply, SENT, text, TIMEOUT, TRANSFER } from "../../support/conversation.ts";

const HOUR = 3_600_000;

const deliveries: readonly Delivery[] = [
  SENT,
  TIMEOUT,
  refused(-1),
  refused(40003),
  refused(45047),
  refused(45015),
  refused(48004),
  refused(45011),
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
const story = fc.record({
  happenings: fc.array(happening, { maxLength: 80 }),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  unconfirmedRetries: fc.constantFrom(0 as const, 1 as const),
});
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** Plays a story. */
function tell({ happenings, random, unconfirmedRetries }: Story) {
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
    if (underWay.length > 1) throw new Error("two attempts under way at once");
  }
  return { chat, holds };
}

/** Plays a story and then lets everything end: days pass, every attempt gets an answer. */
function play(given: Story) {
  return playOut(given).chat;
}

function playOut(given: Story) {
  const { chat, holds } = tell(given);
  for (let rounds = 0; rounds < 400; rounds += 1) {
    chat.pass(HOUR / 2);
    const next = chat.wakes();
    if (next !== undefined) chat.settles(next, SENT, false);
  }
  return { chat, holds };
}

/** Errcodes of `deliveries` that speak of the message itself. */
const ABOUT_THE_MESSAGE: readonly (number | undefined)[] = [40003];

describe("whatever happens to a conversation", () => {
  it("every message ends, with one verdict for every part, and nothing is left behind", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const chat = play(given);
        expect(chat.state().queue).toEqual([]);
        expect(chat.state().held).toEqual([]);
        for (const out of chat.rows("out").filter((row) => row.body.part === 1)) {
          const status = chat.status(out.seq);
          expect(["sent", "failed", "blocked", "unconfirmed"]).toContain(status?.status);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("a message that may be held ends as sent, unknown, refused for itself, or when its hold is over", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const { chat, holds } = playOut(given);
        for (const seq of holds.keys()) {
          // Once its first part was sent, the rest no longer waits for the user.
          const { status, reason, errcode } = must(chat.status(seq)?.parts[0]);
          if (status === "failed") expect(ABOUT_THE_MESSAGE).toContain(errcode);
          else if (status === "blocked") expect(reason).toBe("hold_expired");
          else expect(["sent", "unconfirmed"]).toContain(status);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("after a wake nothing is left due: the alarm never spins", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const { chat } = tell(given);
        for (let rings = 0; rings < 50 && chat.wakes() !== undefined; rings += 1) chat.pass(1);
        expect(nextDue(chat.state(), undefined, 0) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(chat.now());
        // Retention over already: what can go has gone, what waits holds the rest.
        const pinned = Math.min(chat.state().last, ...waitingSeqs(chat.state()));
        const due = nextDue(chat.state(), waitingSeqs(chat.state()).length > 0 ? pinned : undefined, -PRUNE_SLACK_MS);
        expect(due ?? Number.POSITIVE_INFINITY).toBeGreaterThan(chat.now());
      }),
      { numRuns: 300 },
    );
  });

  it("a message is tried again after an unknown end only once, only if automatic, only if allowed", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const chat = play(given);
        for (const out of chat.rows("out")) {
          const unknown = chat.rows("unconfirmed").filter((row) => row.ref === out.seq).length;
          const allowed = out.body.source === "auto" ? 1 + given.unconfirmedRetries : 1;
          expect(unknown).toBeLessThanOrEqual(allowed);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("the log's seqs rise, and the state it carries stays small", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const chat = play(given);
        const seqs = chat.log().map((row) => row.seq);
        expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
        expect(JSON.stringify(chat.state()).length).toBeLessThan(4_000);
      }),
      { numRuns: 100 },
    );
  });

  it("an undisturbed conversation sends in the order it was asked to", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 5 }), (counts) => {
        const chat = converse();
        for (const count of counts) {
          let lease = chat.says([reply(...Array(count).fill("答"))]).lease;
          while (lease !== undefined) lease = chat.settles(lease, SENT);
        }
        const sent = chat.rows("sent").map((row) => row.ref);
        expect(sent).toEqual(chat.rows("out").map((row) => row.seq));
      }),
    );
  });
});
