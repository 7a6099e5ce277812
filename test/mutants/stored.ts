import type { MutantTable } from "./mutant.ts";

const OUTBOX = "pure/conversation/outbox.test.ts";
const PUSH_TROUBLE = "workerd/push-trouble.test.ts";
const CONVERSATION = "workerd/conversation.test.ts";
const NOT_STORED = "when the conversation cannot be reached a push is retried and then not acknowledged";

/** Promise 1: a push is stored before it is acknowledged, and what is stored is sent. */
export const STORED: MutantTable = {
  rule: "only what is stored is acknowledged, and what is stored is sent, whatever process ends meanwhile",
  promise: 1,
  mutants: [
    {
      name: "acknowledged-before-stored",
      breaks: "a push is acknowledged without waiting for the conversation object",
      file: "worker/inbox/receive/receive-event.ts",
      symbol: "receiveEvent",
      change: {
        replace: "await received",
        by: '(void received.catch(() => undefined), { outcome: "new" as const, acknowledgement: "received" as const })',
      },
      killedBy: [PUSH_TROUBLE, NOT_STORED],
    },
    {
      name: "failure-acknowledged",
      breaks: "a push that could not be stored is answered with success",
      file: "worker/routes/wechat-push.ts",
      symbol: "toForwardedResponse",
      change: { replace: 'c.text("try again", 500)', by: 'c.text("success")' },
      killedBy: [PUSH_TROUBLE, NOT_STORED],
    },
    {
      name: "push-not-stored",
      breaks: "the rows of a push are not written",
      file: "worker/conversation/engine.ts",
      symbol: "createEngine.transact",
      change: { condition: "rows length", is: false },
      killedBy: ["workerd/push.test.ts", "the push URL stores and acknowledges unknown kinds"],
    },
    {
      name: "push-waits-for-a-hung-object",
      breaks: "a push waits for a conversation object that never answers",
      fault: "calls-that-hang",
      file: "worker/conversation/client.ts",
      symbol: "storePush.received",
      change: { replace: "withTimeout(_, stored)", by: "stored" },
      killedBy: [
        "workerd/hung-calls.test.ts",
        "a conversation that never answers reaches its deadline for a push, which is not acknowledged because it is not stored",
      ],
    },
    {
      name: "queue-lives-in-memory",
      breaks: "an evicted object forgets the messages it has to send",
      file: "worker/conversation/storage/store.ts",
      symbol: "createConversationStore.initialState",
      change: { replace: "{ ...empty, ..._ }", by: "{ ...empty, ..._, queue: [] }" },
      killedBy: [CONVERSATION, "a conversation object finds its state in the newest row after eviction"],
    },
    {
      name: "alarm-not-set",
      breaks: "no alarm is set, so an attempt whose Worker dies is never repeated",
      file: "worker/conversation/engine.ts",
      symbol: "createEngine.armFor",
      change: { drop: "setAlarm" },
      killedBy: [
        "workerd/conversation-trouble.test.ts",
        "a conversation that was evicted or failed sets its alarm again for a lease, whatever it was set for before",
      ],
    },
    {
      name: "failed-alarm-not-set-again",
      breaks: "after an error while the alarm runs, no alarm is set again",
      file: "worker/objects/conversation-alarm.ts",
      symbol: "runAlarm",
      change: { drop: "ALARM_ERROR_DELAY_MS" },
      killedBy: [CONVERSATION, "a conversation object keeps its alarm when its own work fails"],
    },
    {
      name: "alarm-sends-nothing",
      breaks: "the alarm reserves an attempt and does not send",
      file: "worker/objects/conversation-alarm.ts",
      symbol: "handleDue",
      change: { condition: "deliverFromAlarm", is: false },
      killedBy: [CONVERSATION, "a conversation object sends by its alarm messages without a lease holder"],
    },
    {
      name: "lease-never-ends",
      breaks: "an attempt whose Worker died blocks all later messages to the user",
      file: "worker/conversation/core/outbox/outbox.ts",
      symbol: "expireLeases",
      change: { condition: "endsAt", is: false },
      killedBy: [
        OUTBOX,
        "an attempt without a known outcome results from a lease that ends unsettled, at the next push or the alarm",
      ],
    },
    {
      name: "unconfirmed-taken-for-not-sent",
      breaks: "an attempt with an unknown outcome is repeated as if no request had been sent",
      file: "worker/channels/wechat/api/call-api.ts",
      symbol: "unconfirmed",
      change: { returns: 'err({ result: "not_sent", reason: "lease_over" })' },
      killedBy: ["pure/channels/deliver.test.ts", "deliver is unconfirmed when the connection breaks"],
    },
    {
      name: "person-repeated",
      breaks: "a message that a person wrote is sent again after an unknown outcome",
      file: "worker/conversation/core/outbox/outbox.ts",
      symbol: "enqueue.mayRepeat",
      change: { condition: "source", is: true },
      killedBy: [
        OUTBOX,
        "an attempt without a known outcome is not sent again when UNCONFIRMED_RETRY is 0, when a person wrote it",
      ],
    },
  ],
};
