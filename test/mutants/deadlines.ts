/** A call that hangs is over at its deadline. */
import type { MutantTable } from "./mutant.ts";

const HUNG = "workerd/hung-calls.test.ts";
const HUNG_KV = "workerd/hung-kv.test.ts";
const PUBLISHER = "pure/objects/account-publisher.test.ts";
const READERS = "pure/objects/account-hung.test.ts";

/** Mutants of deadlines. */
export const DEADLINES: MutantTable = {
  rule: "a call that hangs is over at its deadline, and does not keep later ones from being made",
  spec: "docs/design/deadlines",
  mutants: [
    {
      name: "kv-put-without-deadline",
      breaks: "after one hung KV write no token, pause or settings are published any more",
      file: "worker/objects/account-publisher.ts",
      find: "await inTime(PUT_MS, put);",
      replace: "await put;",
      killedBy: [PUBLISHER, "createPublisher when a write hangs gives it up at its deadline"],
    },
    {
      name: "late-write-stays",
      breaks: "a KV write that was given up replaces newer settings for good",
      file: "worker/objects/account-publisher.ts",
      find: "if (number !== puts) void publish();",
      replace: "if (number !== puts) return;",
      killedBy: [PUBLISHER, "createPublisher when a write hangs writes the newest value again"],
    },
    {
      name: "settings-wait-for-kv",
      breaks: "PUT /settings and the account's alarm take as long as KV",
      file: "worker/objects/account.ts",
      find: "await within(PUBLISH_WAIT_MS, published);",
      replace: "await within(PUBLISH_WAIT_MS * 100, Promise.withResolvers<void>().promise);",
      killedBy: [HUNG_KV, "a KV write of the account that never returns keeps neither PUT /settings"],
    },
    {
      name: "stub-without-deadline",
      breaks: "a request waits for a hung object as long as that hangs",
      file: "worker/objects/timed-stub.ts",
      find: "isPending(answer) ? inTime(timeoutMs, answer) : answer",
      replace: "isPending(answer) ? answer : answer",
      killedBy: [HUNG, "an account object that never answers is given up for GET /api/v1/settings"],
    },
    {
      name: "push-waits-for-a-hung-object",
      breaks: "a push is answered when its conversation does, if ever",
      file: "worker/objects/conversation-client.ts",
      find: "inTime(Math.max(0, until.answer - Date.now()), stored)",
      replace: "stored",
      killedBy: [HUNG, "a conversation that never answers is given up for a push"],
    },
    {
      name: "lease-waited-for-for-ever",
      breaks: "the sending behind a push waits for its conversation for as long as the request may live",
      file: "worker/objects/conversation-client.ts",
      find: "inTime(Math.max(0, leasedUntil - Date.now()), stored)",
      replace: "stored",
      killedBy: [HUNG, "a conversation that never answers is given up for a push"],
    },
    {
      name: "limiter-without-deadline",
      breaks: "a hung rate limiter closes the API",
      file: "worker/middleware/limit-rate.ts",
      find: "(await inTime(LIMITER_MS, limiter.limit({ key }))).success",
      replace: "(await limiter.limit({ key })).success",
      killedBy: [HUNG, "a rate limiter that never answers lets pass"],
    },
    {
      name: "old-token-not-used",
      breaks: "while the account object hangs nothing is sent, though a token is alive",
      file: "worker/objects/account-client.ts",
      find: "findLast() === undefined ? answered",
      replace: "findLast() !== undefined ? answered",
      killedBy: [READERS, "an account object that never answers a token in its last minutes"],
    },
    {
      name: "pause-report-without-deadline",
      breaks: "a pause that cannot be reported to the account object pauses nothing",
      file: "worker/objects/account-client.ts",
      find: "          PAUSE_REPORT_MS,\n",
      replace: "          PAUSE_REPORT_MS * 100,\n",
      killedBy: [READERS, "an account object that never answers a pause that cannot be reported"],
    },
  ],
};
