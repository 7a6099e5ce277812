import type { MutantTable } from "./mutant.ts";

const HELD = "pure/conversation/held.test.ts";
const OUTBOX = "pure/conversation/outbox.test.ts";
const WINDOW = "pure/conversation/window.test.ts";
const ONE_MESSAGE = "workerd/one-message.test.ts";

/** Promise 4: what happens when WeChat fails or refuses: retries, pauses, order, the reply window. */
export const TROUBLE: MutantTable = {
  rule: "WeChat fails or refuses: retries with jitter, in order; one pause for the app; the window corrected",
  promise: 4,
  mutants: [
    {
      name: "retries-without-jitter",
      breaks: "a thousand conversations that failed together retry together",
      file: "worker/conversation/core/outbox/retry.ts",
      symbol: "backoffMs",
      change: { replace: "random * _", by: "0.999 * _" },
      killedBy: ["pure/conversation/retry.test.ts", "the retry plan draws delays from the whole range"],
    },
    {
      name: "refusal-pauses-nothing",
      breaks: "after WeChat reported a used-up quota, the messages of all users are still sent",
      file: "worker/inbox/delivery/chain.ts",
      symbol: "withVerdict",
      change: { condition: "cause leftMs", is: true },
      killedBy: ["pure/inbox/delivery-chain.test.ts", "a rejection that pauses pauses the app after 45009"],
    },
    {
      name: "sent-during-a-pause",
      breaks: "a message is sent while the app is paused",
      file: "worker/account/token/token-reader.ts",
      symbol: "createAccessSource.checkPause",
      change: { condition: "pausedUntil now", is: true },
      killedBy: [
        "pure/account/token-reader.test.ts",
        "AccessSource.current returns no token while the account is paused, as published",
      ],
    },
    {
      name: "pause-not-stored",
      breaks: "an evicted account object forgets the pause",
      file: "worker/account/pause/pause-control.ts",
      symbol: "createPauseControl.pause",
      change: { drop: "write" },
      killedBy: ["workerd/account.test.ts", "a pause travels with the published access, and with the object's answers"],
    },
    {
      name: "message-code-pauses-the-app",
      breaks: "the link in one message stops every answer of the app",
      fault: "one-message-stops-the-app",
      file: "worker/channels/wechat/errcode-table.ts",
      symbol: "ERRCODES.40013",
      change: { value: 'pause("account", "invalid_appid", "stop", "x", "x", CURE.appid)' },
      killedBy: [
        ONE_MESSAGE,
        "a message with the link of another mini program is abandoned within two days of simulated time, without a pause of the app",
      ],
    },
    {
      name: "one-message-pauses-again",
      breaks: "a message that WeChat alone refuses pauses the app every ten minutes for two days",
      fault: "one-message-stops-the-app",
      file: "worker/account/core/pause.ts",
      symbol: "isAlone",
      change: { returns: "false" },
      killedBy: [ONE_MESSAGE, "a code that concerns the whole app by 48001 pauses once"],
    },
    {
      name: "lifted-pause-comes-back",
      breaks: "lifting a pause forgets which message caused it, and the message pauses the app again",
      fault: "pauses-unseen",
      file: "worker/account/pause/pause-control.ts",
      symbol: "createPauseControl.lift.ended",
      change: { value: "{ refusals: {} }" },
      killedBy: ["workerd/lifted-pause.test.ts", "a single message that WeChat refuses with code 48001"],
    },
    {
      name: "lifted-without-trial",
      breaks: "a pause is lifted without a test message, and all messages are sent although the fault still exists",
      fault: "pauses-unseen",
      file: "worker/inbox/delivery/resume-account.ts",
      symbol: "resumeAccount",
      change: { drop: "tryOne" },
      killedBy: [
        "workerd/resume.test.ts",
        "POST /resume continues the pause when WeChat refuses the trial with the same code, and sends no other message",
      ],
    },
    {
      name: "two-attempts-at-once",
      breaks: "two messages to one user are sent at once, and may arrive in the wrong order",
      file: "worker/conversation/core/state.ts",
      symbol: "sendableItems",
      change: { condition: "lease", is: false },
      killedBy: [OUTBOX, "an attempt is the only one under way; the next starts when it is settled"],
    },
    {
      name: "hold-lost-after-a-refusal",
      breaks: "WeChat refuses the first of five held messages, and the other four are blocked",
      fault: "held-messages-lost",
      file: "worker/conversation/core/outbox/stop.ts",
      symbol: "blockOrHold",
      change: { condition: "isHoldable", is: false },
      killedBy: [
        HELD,
        "a held message stays held with those after it when WeChat refuses the first, and all are sent after the user's next message",
      ],
    },
    {
      name: "hold-lost-while-wechat-is-busy",
      breaks: "a message that may be held fails because WeChat was busy for a minute",
      fault: "held-messages-lost",
      file: "worker/conversation/core/outbox/outbox.ts",
      symbol: "apply",
      change: { condition: "mayHold", is: false },
      killedBy: [HELD, "a message that is to be held is held, not failed, when WeChat stays busy"],
    },
    {
      name: "grants-added",
      breaks: "the replies granted for a message and for entering are added up",
      file: "worker/conversation/core/window.ts",
      symbol: "windowStatus",
      change: {
        replace: "best.remaining",
        by: "openGrants(state, now).reduce((sum, grant) => sum + Math.max(0, remainingOf(state, rules, grant)), 0)",
      },
      killedBy: [WINDOW, "the reply window never adds the two grants"],
    },
    {
      name: "refused-quota-not-corrected",
      breaks: "WeChat says that the quota is used up, and our record stays as it was",
      file: "worker/conversation/core/window.ts",
      symbol: "correctWindow",
      change: { condition: "receivedAt startedAt", is: false },
      killedBy: ["workerd/faults.test.ts", "when WeChat's count differs from ours"],
    },
    {
      name: "hand-over-ignored",
      breaks: "a rule answers while WeChat's own agents serve the user",
      file: "worker/conversation/core/admission.ts",
      symbol: "admission",
      change: { replace: "_ ? MUTED : HANDED_OVER", by: "BY_PLATFORM" },
      killedBy: [
        "workerd/conversation-trouble.test.ts",
        "the outcome of an attempt that arrives late counts when it is `sent`, also after the message was blocked",
      ],
    },
    {
      name: "lease-of-days",
      breaks: "after the clock was set back by days, an attempt blocks all messages to the user for days",
      fault: "clock-and-depth",
      file: "worker/conversation/core/plausible-times.ts",
      symbol: "plausibleItem.changed.lease",
      change: { value: "lease" },
      killedBy: [
        "pure/conversation/plausible-times.test.ts",
        "after the clock was set back by days an attempt that was under way has ended, and the next message is sent",
      ],
    },
  ],
};
