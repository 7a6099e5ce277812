import type { MutantTable } from "./mutant.ts";

const OUTBOX = "pure/conversation/outbox.test.ts";
const TOKEN = "pure/account/token-keeper.test.ts";

/** Operations that cost money or are limited in number: replies, calls of WeChat, rows and KV writes. */
export const COST: MutantTable = {
  rule: "no more replies, sends, token calls, retries, rows and KV writes than allowed or needed",
  mutants: [
    {
      name: "five-messages-become-six",
      breaks: "a sixth reply is sent to one message of the user",
      file: "shared/message/channel-rules.ts",
      symbol: "CHANNEL_RULES.mini-program.grants.message.count",
      change: { value: "6" },
      killedBy: [
        "pure/conversation/window.test.ts",
        "the reply window grants five messages in 48 hours after a message",
      ],
    },
    {
      name: "reserved-in-part",
      breaks: "the first part of a message is sent although there are not enough replies left for all its parts",
      file: "worker/conversation/core/admission.ts",
      symbol: "findRefusal",
      change: {
        replace: "findWindowRefusal(_, rules, parts.length, now, _)",
        by: "findWindowRefusal(state.window, rules, 1, now, sendsKept(state, sender, context))",
      },
      killedBy: [
        "pure/conversation/transitions.test.ts",
        "a message through the API is split on the limit, all parts or none",
      ],
    },
    {
      name: "under-way-not-counted",
      breaks: "a message that is being sent is not counted against the five replies",
      file: "worker/conversation/core/window.ts",
      symbol: "countsAgainst",
      change: { condition: "null", is: false },
      killedBy: [
        "pure/conversation/window.test.ts",
        "the reply window counts a send under way against a grant that opens meanwhile",
      ],
    },
    {
      name: "unconfirmed-not-counted",
      breaks: "a message with an unknown outcome is not counted against the five replies",
      file: "worker/conversation/core/outbox/outbox.ts",
      symbol: "markUnconfirmed",
      change: { replace: "settleUse(state.window, ref, resend, _)", by: "{ ...state.window, uses: [] }" },
      killedBy: [OUTBOX, "an attempt without a known outcome counts as used"],
    },
    {
      name: "repeated-without-end",
      breaks: "an automatic message is sent until WeChat confirms it",
      file: "worker/conversation/core/admission.ts",
      symbol: "mayResend",
      change: { condition: "resend 0", is: true },
      killedBy: [
        OUTBOX,
        "an attempt without a known outcome counts as used; an automatic text is sent once more, never a third time",
      ],
    },
    {
      name: "busy-retried-without-end",
      breaks: "a busy WeChat is called without limit",
      file: "worker/conversation/core/outbox/retry.ts",
      symbol: "planAfterRejection",
      change: { condition: "MAX_TRIES", is: false },
      killedBy: ["pure/conversation/retry.test.ts", "the retry plan retries when WeChat is busy, four attempts in all"],
    },
    {
      name: "resent-without-end",
      breaks: "a message is sent a third time when the new token is refused too",
      file: "worker/channels/wechat/api/call-api.ts",
      symbol: "callWithToken",
      change: { replace: "attempt(call, renewed.value)", by: "callWithToken(call)" },
      killedBy: [
        "pure/channels/deliver.test.ts",
        "deliver does not resend a second time when the new token is refused too",
      ],
    },
    {
      name: "single-flight-off",
      breaks: "a hundred callers make a hundred calls of the token endpoint",
      file: "worker/account/token/token-keeper.ts",
      symbol: "createTokenKeeper.obtain",
      change: { condition: "pendingRequest", is: false },
      killedBy: [TOKEN, "access calls the endpoint once for a hundred simultaneous callers"],
    },
    {
      name: "new-token-replaced",
      breaks: "a late report about an old token replaces the new one",
      file: "worker/account/token/token-keeper.ts",
      symbol: "createTokenKeeper.replace",
      change: { drop: "badToken toAccess" },
      killedBy: [TOKEN, "replace answers late reports of an old token with the stored one"],
    },
    {
      name: "token-endpoint-without-cool-down",
      breaks: "a token endpoint that does not answer is called for every message",
      file: "worker/account/token/token-keeper.ts",
      symbol: "createTokenKeeper.obtain",
      change: { drop: "orStored" },
      killedBy: [TOKEN, "trouble at the token endpoint cools down for 2 s, 4 s, 8 s"],
    },
    {
      name: "forced-without-limit",
      breaks: "a twenty-first token refresh is forced on one day",
      file: "worker/account/core/token-refresh.ts",
      symbol: "allowForce",
      change: { condition: "FORCES_A_DAY", is: false },
      killedBy: ["pure/account/refresh.test.ts", "forced refreshes are at most 20 on a Beijing day"],
    },
    {
      name: "alarm-set-every-time",
      breaks: "every transaction sets the alarm again, which costs a row",
      file: "worker/conversation/engine.ts",
      symbol: "createEngine.armFor",
      change: { condition: "mustArm", is: false },
      killedBy: ["workerd/conversation.test.ts", "a conversation object writes at most four times"],
    },
    {
      name: "kv-always-written",
      breaks: "every push costs a write to KV",
      file: "worker/inbox/receive/late-events.ts",
      symbol: "mayBeRepeated",
      change: { returns: "true" },
      killedBy: [
        "workerd/late-pushes.test.ts",
        "the answers of repeated pushes in KV are neither written nor read without repeats",
      ],
    },
    {
      name: "pause-written-for-each-report",
      breaks: "each of a thousand reports of one pause is written and published",
      file: "worker/account/core/pause.ts",
      symbol: "decidePause",
      change: { replace: "until <= _", by: "until < pausedUntil" },
      killedBy: ["workerd/account.test.ts", "a pause is written and published once for a thousand reports"],
    },
    {
      name: "stale-push-written-each-time",
      breaks: "a captured push that is sent without end costs a row each time",
      fault: "replayed-pushes",
      file: "worker/inbox/account-calls/report-stale-pushes.ts",
      symbol: "countStalePush.isDue",
      change: { value: "true" },
      killedBy: [
        "workerd/stale-pushes.test.ts",
        "refused for its age costs one call and one entry however often it is repeated",
      ],
    },
    {
      name: "message-read-to-the-end",
      breaks: "GET /messages/:id reads every row that was written after the message",
      fault: "clock-and-depth",
      file: "worker/conversation/reading/read-message.ts",
      symbol: "readMessageState",
      change: { condition: "MAX_ROWS_READ", is: true },
      killedBy: [
        "workerd/bounded-reads.test.ts",
        "the status of a message is read from its own rows when it is unconfirmed",
      ],
    },
  ],
};
