import fc from "fast-check";
import { describe, it } from "vitest";
import { nextDue, PRUNE_SLACK_MS, waitingSeqs } from "../../../worker/conversation/core/schedule.ts";
import { converse, must, reply } from "../../support/conversation.ts";
import { ACCEPTED } from "../../support/delivery.ts";
import { playStory, story, type Story } from "../../support/stories.ts";

const HOUR = 3_600_000;

/** Runs a story until nothing is pending: days pass, every attempt gets an answer. */
function play(given: Story) {
  return playOut(given).chat;
}

function playOut(given: Story) {
  const { chat, holds } = playStory(given);
  for (let rounds = 0; rounds < 400; rounds += 1) {
    chat.pass(HOUR / 2);
    const next = chat.wakes();
    if (next !== undefined) chat.settles(next, ACCEPTED, false);
  }
  return { chat, holds };
}

/** Errcodes of `deliveries` that concern the message itself. */
const ABOUT_THE_MESSAGE: readonly (string | undefined)[] = ["40003"];

describe("in any order of events", () => {
  it("every message ends, with one outcome for every part, and nothing is left in the queue", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const chat = play(given);
        expect(chat.state().queue).toEqual([]);
        expect(chat.state().held).toEqual([]);
        for (const out of chat.rows("out").filter((row) => row.facts.part === 1)) {
          const status = chat.status(out.seq);
          expect(["sent", "failed", "blocked", "unconfirmed"]).toContain(status?.status);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("a message that may be held ends as sent, unconfirmed, refused for its content, or when its hold has expired", ({
    expect,
  }) => {
    fc.assert(
      fc.property(story, (given) => {
        const { chat, holds } = playOut(given);
        for (const seq of holds.keys()) {
          // After the first part was sent, the remaining parts no longer wait for the user.
          const { status, reason, code } = must(chat.status(seq)?.parts[0]);
          if (status === "failed") expect(ABOUT_THE_MESSAGE).toContain(code);
          else if (status === "blocked") expect(reason).toBe("hold_expired");
          else expect(["sent", "unconfirmed"]).toContain(status);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("after a wake nothing is due any more, so the alarm never loops", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const { chat } = playStory(given);
        for (let rings = 0; rings < 50 && chat.wakes() !== undefined; rings += 1) chat.pass(1);
        expect(nextDue(chat.state(), undefined, 0) ?? Number.POSITIVE_INFINITY).toBeGreaterThan(chat.now());
        // The retention time has passed: deletable rows are deleted; rows of waiting messages are kept.
        const pinned = Math.min(chat.state().lastSeq, ...waitingSeqs(chat.state()));
        const due = nextDue(chat.state(), waitingSeqs(chat.state()).length > 0 ? pinned : undefined, -PRUNE_SLACK_MS);
        expect(due ?? Number.POSITIVE_INFINITY).toBeGreaterThan(chat.now());
      }),
      { numRuns: 300 },
    );
  });

  it("a message is retried after an unknown outcome only once, only if automatic, only if allowed", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const chat = play(given);
        for (const out of chat.rows("out")) {
          const unknown = chat.rows("unconfirmed").filter((row) => row.ref === out.seq).length;
          const allowed = out.by.type === "rule" ? 1 + given.unconfirmedRetries : 1;
          expect(unknown).toBeLessThanOrEqual(allowed);
        }
      }),
      { numRuns: 300 },
    );
  });

  it("the log's seqs increase, and its state stays small", ({ expect }) => {
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

  it("a conversation without failures sends in the order of its messages", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 1, maxLength: 5 }), (counts) => {
        const chat = converse();
        for (const count of counts) {
          let lease = chat.says([reply(...Array(count).fill("答"))]).lease;
          while (lease !== undefined) lease = chat.settles(lease, ACCEPTED);
        }
        const sent = chat.rows("sent").map((row) => row.ref);
        expect(sent).toEqual(chat.rows("out").map((row) => row.seq));
      }),
    );
  });
});
