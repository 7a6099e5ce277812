import type { MutantTable } from "./mutant.ts";

const LOG_LINES = ["workerd/push.test.ts", "log lines contain no openid, text, token or secret"] as const;

/** Promise 5: no secret or personal data in logs, answers, keys or URLs, nor what an erasure must delete. */
export const SECRETS: MutantTable = {
  rule: "no secret, token, key, openid or message text in logs, errors, keys or foreign URLs",
  promise: 5,
  mutants: [
    {
      name: "openid-in-the-log",
      breaks: "log lines name a user by openid",
      file: "worker/inbox/receive/receive-arrival.ts",
      symbol: "receiveOne.tag",
      change: { value: "user" },
      killedBy: LOG_LINES,
    },
    {
      name: "text-in-the-log",
      breaks: "the log line of a push holds the message",
      file: "worker/inbox/receive/receive-arrival.ts",
      symbol: "receiveOne.fields",
      change: { replace: "event.name", by: "JSON.stringify(event)" },
      killedBy: LOG_LINES,
    },
    {
      name: "error-message-in-the-log",
      breaks: "errors are logged with their message, which may hold anything",
      file: "worker/platform/logger.ts",
      symbol: "errorName",
      change: { replace: "error.name", by: "error.message" },
      killedBy: ["workerd/handlers.test.ts", "a handler that throws is logged by name, never by text"],
    },
    {
      name: "network-error-returned",
      breaks: "a failure holds the message of fetch's error, and the token in it",
      file: "worker/channels/wechat/api/call-api.ts",
      symbol: "attempt",
      change: {
        replace: "Promise.race([answered, overdue])",
        by: 'answered.catch((error: unknown) => err({ result: "unconfirmed", reason: "network", cause: String(error) }))',
      },
      killedBy: [
        "pure/channels/typing.test.ts",
        "typing reports a broken connection without anything that contains the token",
      ],
    },
    {
      name: "secret-in-the-address",
      breaks: "the AppSecret is a parameter of the token call's URL",
      file: "worker/channels/wechat/api/stable-token.ts",
      symbol: "askForToken",
      change: {
        replace: "`${options.tokenBase}${TOKEN_PATH}`",
        by: "`${options.tokenBase}${TOKEN_PATH}?secret=${secret}`",
      },
      killedBy: [
        "pure/channels/stable-token.test.ts",
        "requestStableToken posts the secret in the body, not in the URL",
      ],
    },
    {
      name: "redirect-followed-with-the-token",
      breaks: "a redirect carries token and message to another host",
      file: "worker/channels/wechat/api/call-api.ts",
      symbol: "attempt.init.redirect",
      change: { value: '"follow"' },
      killedBy: ["pure/channels/deliver.test.ts", "deliver never follows a redirect"],
    },
    {
      name: "api-key-in-a-problem",
      breaks: "/healthz shows an API key that is too short",
      file: "worker/config/keys.ts",
      symbol: "readApiKeys.problem",
      change: { value: "`has a key shorter than 16 characters: ${keys.join()}`" },
      killedBy: ["pure/config/config.test.ts", "the configuration never shows a value, not even a wrong one"],
    },
    {
      name: "rate-counted-by-the-key",
      breaks: "the API key itself is given to the rate limiter",
      file: "worker/routes/http/auth/api-key.ts",
      symbol: "findApiKey",
      change: { replace: 'Buffer.from(digest).toString("hex")', by: "key" },
      killedBy: ["workerd/api-auth.test.ts", "the rate limit counts by a hash of the key"],
    },
    {
      name: "erase-leaves-skipped-events",
      breaks: "an erased user's conversation stays in the records of the webhooks",
      fault: "users-without-address",
      file: "worker/account/account.ts",
      symbol: "openAccount.eraseUser",
      change: { drop: "webhooks" },
      killedBy: [
        "workerd/webhook-skipped.test.ts",
        "a skipped event is deleted when its user is erased, as is the record that the user's events fail",
      ],
    },
  ],
};
