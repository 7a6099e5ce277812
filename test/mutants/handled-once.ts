import type { MutantTable } from "./mutant.ts";

const PUSH = "workerd/push.test.ts";

/** Promise 2: a push that WeChat delivers again is not handled again, and gets the same answer. */
export const HANDLED_ONCE: MutantTable = {
  rule: "one push, delivered many times, is handled once and answered alike",
  promise: 2,
  mutants: [
    {
      name: "repeat-handled-again",
      breaks: "a push that WeChat delivers again is handled again",
      file: "worker/conversation/conversation.ts",
      symbol: "loadConversation.receive.known",
      change: { value: "undefined as Acknowledgement | undefined" },
      killedBy: [PUSH, "thirty deliveries of one push at once are one message"],
    },
    {
      name: "repeat-answered-success",
      breaks: "a repeated hand-over is answered with success, and the hand-over is lost",
      file: "worker/conversation/conversation.ts",
      symbol: "loadConversation.receive.step.received",
      change: {
        replace: "{ state: before, acknowledgement: known }",
        by: '{ state: before, acknowledgement: "received" as const }',
      },
      killedBy: [PUSH, "a push in"],
    },
    {
      name: "repeat-hands-over-again",
      breaks: "the repeat of a push that handed the user over hands the user over again",
      fault: "replayed-pushes",
      file: "worker/conversation/conversation.ts",
      symbol: "loadConversation.receive.step.received",
      change: {
        replace: "{ state: before, acknowledgement: known }",
        by: `(
          known === "handover" && writer.append({ kind: "attempt", body: {} }),
          { state: { ...before, control: { type: "handed_over" as const, mutedUntil: 0 } }, acknowledgement: known }
        )`,
      },
      killedBy: [
        "workerd/conversation-trouble.test.ts",
        "a repeated push that is a hand-over is answered as one and leaves a newer window as it is",
      ],
    },
    {
      name: "msgid-as-number",
      breaks: "two adjacent 64-bit MsgIds have the same key, so the second message is dropped as a repeat",
      file: "worker/channels/wechat/event-key.ts",
      symbol: "eventKey",
      change: { replace: "`m:${_}`", by: "`m:${Number(_)}`" },
      killedBy: ["pure/channels/event-key.test.ts", "eventKey is the MsgId when there is one"],
    },
    {
      name: "apps-share-a-conversation",
      breaks: "two mini programs with the same openid have one conversation",
      file: "shared/message/address.ts",
      symbol: "formatAddress",
      change: { returns: "address.user" },
      killedBy: [PUSH, "thirty deliveries of one push at once do not mix up two apps"],
    },
    {
      name: "idempotency-key-ignored",
      breaks: "a request of the REST API that is repeated under its key sends the message again",
      file: "worker/conversation/conversation.ts",
      symbol: "loadConversation.submit",
      change: { drop: "answerAgain" },
      killedBy: [
        "workerd/conversation.test.ts",
        "a send through the object is created once for one key, however often it is requested simultaneously",
      ],
    },
  ],
};
