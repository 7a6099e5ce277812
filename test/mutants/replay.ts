/** Promise 3, captured pushes: a signature holds for minutes, and refusing what is older is cheap and visible. */
import type { MutantTable } from "./mutant.ts";

const REFUSED = "pure/protocol/receive-refused.test.ts";
const STALE = "workerd/stale-pushes.test.ts";

/** Mutants of the age of pushes. */
export const REPLAY: MutantTable = {
  rule: "a push signed long ago or far ahead is refused; the refusal is counted and shown, and costs little",
  spec: "docs/design/push-trust.md",
  mutants: [
    {
      name: "any-age-taken",
      breaks: "a captured push works without limit of time",
      promise: 3,
      file: "worker/protocol/receive.ts",
      find: "maxAgeMs === 0 ? undefined : findStale(timestamp, now, maxAgeMs)",
      replace: "maxAgeMs === -1 ? findStale(timestamp, now, maxAgeMs) : undefined",
      killedBy: [REFUSED, "the age of an encrypted push is at most what is allowed, to both sides, in secure mode"],
    },
    {
      name: "age-never-off",
      breaks: "WECHAT_PUSH_MAX_AGE_S=0 refuses every push",
      file: "worker/protocol/receive.ts",
      find: "maxAgeMs === 0 ? undefined : findStale",
      replace: "maxAgeMs === -1 ? undefined : findStale",
      killedBy: [REFUSED, "the age of an encrypted push is not looked at when it is off"],
    },
    {
      name: "future-push-taken",
      breaks: "a push dated years ahead is taken",
      promise: 3,
      file: "worker/protocol/receive.ts",
      find: "Math.abs(ageMs) > maxAgeMs",
      replace: "ageMs > maxAgeMs",
      killedBy: [REFUSED, "the age of an encrypted push is at most what is allowed, to both sides, in secure mode"],
    },
    {
      name: "plain-age-configured",
      breaks: "WECHAT_PUSH_MAX_AGE_S=0 lets old plain pushes in, whose body nothing signs",
      promise: 3,
      file: "worker/protocol/receive.ts",
      find: "findStale(timestamp, now, PLAIN_MAX_AGE_MS)",
      replace: "findStale(timestamp, now, PLAIN_MAX_AGE_MS * 1e6)",
      killedBy: [STALE, "a push signed too long ago in plain mode is refused after 300 s"],
    },
    {
      name: "stale-not-counted",
      breaks: "all pushes may be refused for a wrong clock while /healthz says that all is well",
      promise: 3,
      file: "worker/routes/push.ts",
      find: 'if (problem.reason === "stale") noteStale',
      replace: 'if (problem.reason === "bad_signature") noteStale',
      killedBy: [STALE, "refused for its age is counted in /healthz"],
    },
    {
      name: "stale-counted-before-its-signature",
      breaks: "an unsigned request fills the quarantine and degrades /healthz",
      promise: 3,
      file: "worker/routes/push.ts",
      find: 'if (problem.reason === "stale") noteStale(c, app, problem.ageMs, arrivedAt);',
      replace: "noteStale(c, app, 0, arrivedAt);",
      killedBy: [STALE, "refused for its age is not counted without a valid signature"],
    },
    {
      name: "each-stale-push-reported",
      breaks: "a captured push sent without end costs a row each time",
      promise: 3,
      file: "worker/routes/stale-pushes.ts",
      find: "Math.abs(at - reportedAt) >= REPORT_EVERY_MS",
      replace: "at >= 0",
      killedBy: [STALE, "refused for its age costs one call and one entry however often it comes again"],
    },
    {
      name: "each-report-quarantined",
      breaks: "replays push genuine entries out of the quarantine",
      promise: 3,
      file: "worker/objects/account-quarantine.ts",
      find: "const hash = `stale:${beijingDay(at)}`;",
      replace: "const hash = `stale:${at}`;",
      killedBy: [STALE, "refused for its age costs one call and one entry however often it comes again"],
    },
    {
      name: "unreported-forgotten",
      breaks: "refusals are not counted while the account object does not answer",
      file: "worker/routes/stale-pushes.ts",
      find: "count: note.count + (newer?.count ?? 0)",
      replace: "count: newer?.count ?? 0",
      killedBy: [STALE, "refused for its age is still counted when the report to the account failed"],
    },
  ],
};
