/** Promise 4, order: what concerns one user happens one after another; held messages go first. */
import type { MutantTable } from "./mutant.ts";

const OUTBOX = "pure/domain/outbox.test.ts";
const CONVERSATION = "pure/domain/conversation.test.ts";

/** Mutants of the queue and of held messages. */
export const ORDER: MutantTable = {
  rule: "one attempt at a time, in order; held messages wait for the user's next message and go first",
  spec: "DESIGN.md §3",
  mutants: [
    {
      name: "two-attempts-at-once",
      breaks: "two messages to one user are under way at once",
      promise: 4,
      file: "worker/domain/state.ts",
      find: "if (queue.some((item) => item.lease !== undefined)) return [];",
      replace: "",
      killedBy: [OUTBOX, "an attempt is the only one under way; the next starts when it is settled"],
    },
    {
      name: "busy-message-overtaken",
      breaks: "the second answer arrives before the first, which WeChat was too busy for",
      promise: 4,
      file: "worker/domain/state.ts",
      find: "return first === -1 ? queue : queue.slice(0, first + 1);",
      replace: "return first === -1 ? queue : queue;",
      killedBy: [OUTBOX, "an attempt that WeChat is too busy for comes again later, with those behind it waiting"],
    },
    {
      name: "tried-before-its-time",
      breaks: "a retry does not wait for its time",
      promise: 4,
      file: "worker/domain/outbox.ts",
      find: ".find(({ nextAt }) => nextAt <= context.now)",
      replace: ".find(({ nextAt }) => nextAt <= Infinity)",
      killedBy: [OUTBOX, "an attempt stays due while the whole app is paused"],
    },
    {
      name: "parts-go-on-after-a-failure",
      breaks: "the third part of a message arrives without its second",
      promise: 4,
      file: "worker/domain/outbox.ts",
      find: "other.message === item.message && other.seq > item.seq",
      replace: "other.message === item.message && other.seq > Infinity",
      killedBy: [CONVERSATION, "a message through the API stops the remaining parts when one fails"],
    },
    {
      name: "held-newest-first",
      breaks: "held messages go out in the wrong order",
      promise: 4,
      file: "worker/domain/outbox.ts",
      find: "const [first, ...rest] = state.held;",
      replace: "const [first, ...rest] = state.held.toReversed();",
      killedBy: [CONVERSATION, "a held message waits for the user's next message"],
    },
    {
      name: "automatic-before-held",
      breaks: "the automatic answer goes before what a person wrote earlier",
      promise: 4,
      file: "worker/domain/conversation.ts",
      find: "const answered = chosen === undefined ? released : answerWith(released, writer, chosen, context);",
      replace:
        "const answered = releaseHeld(chosen === undefined ? opened : answerWith(opened, writer, chosen, context), context);",
      killedBy: [CONVERSATION, "a held message waits for the user's next message and goes before the automatic answer"],
    },
    {
      name: "held-released-by-entering",
      breaks: "a held message uses up the two of entering",
      file: "worker/domain/conversation.ts",
      find: "const released = isUserMessage(inbound) ? releaseHeld(opened, context) : opened;",
      replace: "const released = releaseHeld(opened, context);",
      killedBy: [CONVERSATION, "a held message waits for the user's next message"],
    },
    {
      name: "held-without-limit",
      breaks: "any number of messages may be held for a user who never writes",
      file: "worker/domain/conversation.ts",
      find: "if (state.held.length >= MAX_HELD) return",
      replace: "if (state.held.length >= Infinity) return",
      killedBy: [CONVERSATION, "a held message is refused when ten are waiting"],
    },
    {
      name: "held-for-ever",
      breaks: "a held message goes out weeks later",
      file: "worker/domain/outbox.ts",
      find: "const over = state.held.filter((held) => held.until <= now);",
      replace: "const over = state.held.filter((held) => held.until <= 0);",
      killedBy: [CONVERSATION, "a held message is given up when its time is over"],
    },
    {
      name: "old-answer-sent-by-a-new-grant",
      breaks: "an answer two days old is sent because the user wrote again",
      promise: 4,
      file: "worker/domain/outbox.ts",
      find: "const until = Math.min(item.until, covered ?? 0);",
      replace: "const until = covered ?? 0;",
      killedBy: [OUTBOX, "an attempt is not made for an answer that is two days old"],
    },
  ],
};
