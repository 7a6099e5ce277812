/** A pause that was lifted, or that ended, does not come back by the messages that caused it. */
import type { MutantTable } from "./mutant.ts";

const LIFTED = "workerd/lifted-pause.test.ts";

/** Mutants of what follows from a message that WeChat takes after it refused others. */
export const LIFTED_PAUSES: MutantTable = {
  rule: "a message that caused a pause does not cause a second one while WeChat takes others",
  spec: "docs/design/0005",
  mutants: [
    {
      name: "lifted-pause-comes-back",
      breaks: "lifting a pause forgets which message caused it, which pauses the app again, after each resume",
      promise: 4,
      file: "worker/objects/account-resume.ts",
      find: "const ended = { refusals: endPauses(refusals, now()) };",
      replace: "const ended = { refusals: {} };",
      killedBy: [LIFTED, "a message that alone is refused by 48001 does not pause the app again after"],
    },
    {
      name: "lifted-pause-not-over-for-its-cause",
      breaks: "a message whose pause was lifted holds up the trial of a later pause",
      promise: 4,
      file: "worker/objects/account-pause.ts",
      find: "until: Math.min(refusal.until, now) }",
      replace: "until: refusal.until }",
      killedBy: ["pure/objects/account-pause.test.ts", "a refused message does not bring back a pause"],
    },
    {
      name: "trial-proves-nothing",
      breaks: "two messages that WeChat refuses bring a pause back in turn, though it takes all others",
      promise: 4,
      file: "worker/objects/account-resume.ts",
      find: "...(isSent && proveOwnFault({ refusals, ...lifted })),",
      replace: "",
      killedBy: [
        LIFTED,
        "several messages that alone are refused pause the app no more once another one was sent as the trial",
      ],
    },
    {
      name: "sent-after-a-pause-proves-nothing",
      breaks:
        "two messages that WeChat refuses keep the app paused in turn, though it takes all others after each pause",
      promise: 4,
      file: "worker/objects/connect.ts",
      find: "told.push(tellAccepted(pauseVersion));",
      replace: "",
      killedBy: [LIFTED, "several messages that alone are refused by 48001 pause it once each when their pauses end"],
    },
    {
      name: "sent-message-proves-for-a-newer-pause",
      breaks: "a report that comes late takes the cause of a newer pause for a fault of its own",
      file: "worker/objects/account-resume.ts",
      find: "const patch = pauseVersion === read().pauseVersion ? proveOwnFault(read()) : {};",
      replace: "const patch = proveOwnFault(read());",
      killedBy: ["pure/objects/account-resume.test.ts", "a message that WeChat takes after a pause proves it as well"],
    },
    {
      name: "each-sent-message-is-reported",
      breaks: "after a pause each message that is sent costs a call of the account object",
      file: "worker/objects/account-memory.ts",
      find: "return isJustOver && pauseVersion !== acceptedVersion ? pauseVersion : undefined;",
      replace: "return isJustOver ? pauseVersion : undefined;",
      killedBy: [
        "pure/objects/account-lifted.test.ts",
        "a message sent after a pause is reported when the pause ended",
      ],
    },
    {
      name: "no-trial-after-a-token-fault",
      breaks: "POST /resume tries nothing although messages wait for the access token that came",
      file: "worker/objects/account-resume.ts",
      find: "if (token.ok && (isPaused() || !waiting.isEmpty())) {",
      replace: "if (token.ok && isPaused()) {",
      killedBy: ["workerd/resume.test.ts", "POST /resume without an access token asks for one at once"],
    },
    {
      name: "cause-tried-first",
      breaks: "the message that caused a pause is the trial although others wait",
      file: "worker/objects/account-waiting.ts",
      find: "if (isNoLater && (known.cause === 1 || !isCause)) return;",
      replace: "if (isNoLater) return;",
      killedBy: [LIFTED, "a message that alone is refused is tried last, also when it waited for a token before"],
    },
  ],
};
