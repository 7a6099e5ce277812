/** A pause of the app is visible: in `/healthz`, and why a message waits. */
import type { MutantTable } from "./mutant.ts";

const WAITING = "workerd/waiting.test.ts";
const HEALTH = "workerd/health-degraded.test.ts";

/** Mutants of what is reported of a pause, and of lifting it. */
export const PAUSES: MutantTable = {
  rule: "a pause of the app is reported, its cause only to the holder of an API key",
  spec: "docs/design/0005",
  mutants: [
    {
      name: "paused-and-ok",
      breaks: "/healthz says ok while no user is answered",
      file: "worker/routes/healthz.ts",
      find: 'faults.length > 0 ? "degraded" : "ok"',
      replace: 'faults.length > 99 ? "degraded" : "ok"',
      killedBy: [HEALTH, "GET /healthz while an app is paused says degraded with 200"],
    },
    {
      name: "faults-for-the-public",
      breaks: "anybody reads which errcode an app has",
      file: "worker/routes/healthz.ts",
      find: "...(caller !== undefined && { faults }),",
      replace: "faults,",
      killedBy: [HEALTH, "GET /healthz while an app is paused treats a wrong key like no key"],
    },
    {
      name: "refused-token-and-ok",
      breaks: "/healthz says ok while there is no access token",
      file: "worker/objects/account-faults.ts",
      find: "!hasToken && refusedUntil > now",
      replace: "hasToken && refusedUntil > now",
      killedBy: [HEALTH, "GET /healthz while there is no access token names the token endpoint's errcode"],
    },
    {
      name: "healthz-asks-each-time",
      breaks: "every request of /healthz is a call of every account object",
      file: "worker/objects/health-snapshot.ts",
      find: "isFresh(known.readAt, now(), SNAPSHOT_MS)) return known.faults;",
      replace: "isFresh(known.readAt, now(), 0)) return known.faults;",
      killedBy: [HEALTH, "GET /healthz and the account objects asks each app once in ten seconds"],
    },
    {
      name: "healthz-without-deadline",
      breaks: "/healthz waits for an account object as long as that hangs",
      file: "worker/objects/health-snapshot.ts",
      find: "faults = await inTime(ACCOUNT_HEALTH_MS, account().faults());",
      replace: "faults = await account().faults();",
      killedBy: [HEALTH, "GET /healthz and the account objects answers at its deadline"],
    },
    {
      name: "waits-without-errcode",
      breaks: "a message that waits for a pause does not say which errcode caused it",
      file: "worker/wechat/send.ts",
      find: 'return { result: "not_sent", reason: "paused", until, ...(errcode !== undefined && { errcode }) };',
      replace: 'return { result: "not_sent", reason: "paused", until };',
      killedBy: [WAITING, "a message that waits says why for a pause, with its errcode and end"],
    },
    {
      name: "cause-of-a-pause-waits-as-busy",
      breaks: "the message that caused a pause is shown as one WeChat was busy for",
      file: "worker/domain/waiting.ts",
      find: "describeErrcode(errcode).pauses !== null",
      replace: "describeErrcode(errcode).pauses === undefined",
      killedBy: ["pure/domain/waiting.test.ts", "waitingOf is the pause, for who waits for it and for who caused it"],
    },
    {
      name: "behind-another-and-due",
      breaks: "a message behind another one says that its turn has come",
      file: "worker/domain/waiting.ts",
      find: "if (before !== undefined) return behind(before);",
      replace: "",
      killedBy: ["pure/domain/waiting.test.ts", "waitingOf is the order behind another message"],
    },
  ],
};
