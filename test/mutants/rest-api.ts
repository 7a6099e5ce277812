/** The REST API: who may call it, and what a repeated or outdated call may do. */
import type { MutantTable } from "./mutant.ts";

const AUTH = "workerd/api-auth.test.ts";
const MESSAGES = "workerd/api-messages.test.ts";
const CONVERSATION = "workerd/conversation.test.ts";
const RECORDS = "workerd/account-records.test.ts";

/** Mutants of keys, idempotency and versions. */
export const REST_API: MutantTable = {
  rule: "closed without a key; a key and body sent again give the first answer; settings by version",
  spec: "DESIGN.md §4",
  mutants: [
    {
      name: "api-without-a-lock",
      breaks: "everything under /api is open",
      file: "worker/routes/api/index.ts",
      find: "api.use(requireApiKey(), limitRate());",
      replace: "",
      killedBy: [AUTH, "the lock keeps GET /api/v1/settings closed to who has no key"],
    },
    {
      name: "beginning-of-a-key-enough",
      breaks: "a key is right when another begins with it",
      file: "worker/middleware/require-api-key.ts",
      find: "return isAmong(digest, known) ? Buffer",
      replace: "return isAmong(digest, known) || apiKeys.some((whole) => whole.startsWith(key)) ? Buffer",
      killedBy: [AUTH, "the lock refuses the Authorization header"],
    },
    {
      name: "longer-key-taken",
      breaks: "a key is right when it begins with another",
      file: "worker/middleware/require-api-key.ts",
      find: "return isAmong(digest, known) ? Buffer",
      replace: "return isAmong(digest, known) || apiKeys.some((whole) => key.startsWith(whole)) ? Buffer",
      killedBy: [AUTH, "the lock refuses the Authorization header"],
    },
    {
      name: "only-the-first-key",
      breaks: "the second key opens nothing",
      file: "worker/middleware/require-api-key.ts",
      find: "for (const candidate of known) {",
      replace: "for (const candidate of known.slice(0, 1)) {",
      killedBy: [AUTH, "the lock opens to every key that is set"],
    },
    {
      name: "open-without-keys",
      breaks: "an API without keys does not say that it is closed",
      file: "worker/middleware/require-api-key.ts",
      find: 'if (apiKeys.length === 0) return problem(c, "api_closed", {});',
      replace: "if (apiKeys.length === 0) return next();",
      killedBy: [AUTH, "the lock is closed to all when no key is set"],
    },
    {
      name: "rate-limit-before-the-lock",
      breaks: "who has no key can use up the rate of those who have",
      file: "worker/routes/api/index.ts",
      find: "api.use(requireApiKey(), limitRate());",
      replace: "api.use(limitRate(), requireApiKey());",
      killedBy: [AUTH, "the rate limit is not spent by who has no key"],
    },
    {
      name: "rate-limit-failing-shut",
      breaks: "a limiter that fails closes the API",
      file: "worker/middleware/limit-rate.ts",
      find: "    return true;\n",
      replace: "    return false;\n",
      killedBy: [AUTH, "the rate limit lets pass, and says so in the log, when the limiter fails"],
    },
    {
      name: "unknown-app-is-the-first",
      breaks: "a call for an app this worker does not know is made for another",
      file: "worker/config.ts",
      find: "config.apps.find((app) => app.appid === appid);",
      replace: "(config.apps.find((app) => app.appid === appid) ?? config.apps[0]);",
      killedBy: [AUTH, "which app is the first without ?appid=, and 404 for one that is not set up"],
    },
    {
      name: "lost-acceptance-not-carried",
      breaks: "a message whose acceptance was lost on its way back is carried by nobody",
      promise: 1,
      file: "worker/objects/conversation.ts",
      find: "claim === undefined ? undefined : leaseOf",
      replace: "claim !== null ? undefined : leaseOf",
      killedBy: [
        "workerd/api-lost-answer.test.ts",
        "a message whose acceptance was lost on the way back to the Worker is accepted all the same, carried by the same Worker, and sent once",
      ],
    },
    {
      name: "idempotency-off",
      breaks: "a request sent again sends the message again",
      promise: 2,
      file: "worker/objects/conversation.ts",
      find: "if (earlier !== undefined) return this.#answerAgain(owner, earlier, input, claim, now);",
      replace: "",
      killedBy: [CONVERSATION, "a send through the object is made once for one key"],
    },
    {
      name: "idempotency-mismatch-passed",
      breaks: "another body under the same key is answered as if it had been sent",
      file: "worker/objects/conversation.ts",
      find: "if (earlier.request !== input.request) return",
      replace: "if (earlier.request === undefined) return",
      killedBy: [CONVERSATION, "a send through the object is a mistake when the key comes with another request"],
    },
    {
      name: "idempotency-for-an-hour",
      breaks: "a key is forgotten before its day is over",
      file: "worker/objects/conversation.ts",
      find: "const IDEMPOTENCY_MS = 24 * 3_600_000;",
      replace: "const IDEMPOTENCY_MS = 3_600_000;",
      killedBy: [
        CONVERSATION,
        "a send through the object is a mistake when the key comes with another request, and new",
      ],
    },
    {
      name: "options-not-hashed",
      breaks: "the same text with other options is taken for the same request",
      file: "worker/routes/api/messages.ts",
      find: "const flat = { ...message, isAi, hold };",
      replace: "const flat = { ...message, isAi: isAi && hold && !isAi };",
      killedBy: [MESSAGES, "the Idempotency-Key refuses another body under the same key"],
    },
    {
      name: "refused-send-logged",
      breaks: "a refused send leaves a message in the log",
      file: "worker/domain/conversation.ts",
      find: "if (!input.hold) return {",
      replace: "if (!input.hold) hold(muted, writer, draft, 0);\n  if (!input.hold) return {",
      killedBy: [
        "pure/domain/conversation.test.ts",
        "a message through the API is refused outside the window and leaves no trace",
      ],
    },
    {
      name: "settings-overwritten-unseen",
      breaks: "one of two who edit at once loses the edit without a word",
      file: "worker/objects/account.ts",
      find: 'if (ifVersion !== "*" && ifVersion !== current.version) return',
      replace: "if (ifVersion === -2) return",
      killedBy: [RECORDS, "settings are not overwritten by somebody who has not seen the newest"],
    },
    {
      name: "settings-versions-unbounded",
      breaks: "every version of the settings is kept for ever",
      file: "worker/objects/account-store.ts",
      find: 'sql.exec("delete from settings where version <= ?", row.version - keep);',
      replace: "",
      killedBy: [RECORDS, "settings keep their last 20 versions"],
    },
    {
      name: "settings-go-back-by-kv",
      breaks: "an isolate takes older settings back from KV",
      file: "worker/objects/account-client.ts",
      find: "newest !== undefined && newest.version > read.version ? newest : read;",
      replace: "newest === undefined ? read : read;",
      killedBy: [
        "pure/objects/account-client.test.ts",
        "readSettingsSnapshot does not go back to an older version KV still has",
      ],
    },
    {
      name: "push-waits-for-settings",
      breaks: "a push waits for an account object that does not answer",
      promise: 1,
      file: "worker/objects/account-client.ts",
      find: "const SETTINGS_PATIENCE_MS = 1_500;",
      replace: "const SETTINGS_PATIENCE_MS = 15_000;",
      killedBy: [
        "pure/objects/account-client.test.ts",
        "readSettingsSnapshot does not let a push wait for an object that does not answer",
      ],
    },
    {
      name: "page-skips-a-row",
      breaks: "the cursor of the log passes over a row",
      file: "worker/objects/conversation-store.ts",
      find: "        .filter((row) => row.seq > after)\n",
      replace: "        .filter((row) => row.seq > after + 1)\n",
      killedBy: [
        "workerd/api-conversations.test.ts",
        "GET /conversations/:openid/messages goes through the whole log by its cursor",
      ],
    },
  ],
};
