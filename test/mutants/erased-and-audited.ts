import type { MutantTable } from "./mutant.ts";

const REPORTS = "workerd/desk-reports.test.ts";

/** Promise 11: what an erasure and retention delete, what the shared objects store, and what the audit log records. */
export const ERASED_AND_AUDITED: MutantTable = {
  rule: "erased data is gone everywhere, shared objects store no plain text, and any change of the audit log is noticed",
  promise: 11,
  mutants: [
    {
      name: "line-stored-in-clear",
      breaks: "the desk stores the newest message of each session unencrypted",
      file: "worker/desk/details.ts",
      symbol: "createLineTexts.seal",
      change: { replace: "sealer.seal(_, text)", by: "text" },
      killedBy: [REPORTS, "a report stores no plain text, and the line can be decrypted and shown"],
    },
    {
      name: "erasure-not-confirmed",
      breaks: "an erasure counts as confirmed although the desk did not answer",
      file: "worker/inbox/session/confirm-erasure.ts",
      symbol: "confirmErasure.ask",
      change: { replace: "[keeper]", by: "[]" },
      killedBy: [
        "workerd/reported-erasure.test.ts",
        "an erasure is repeated while the desk is down, also after an eviction, and for longer than a day",
      ],
    },
    {
      name: "erased-session-kept",
      breaks: "the desk confirms an erasure and keeps the session",
      file: "worker/desk/core/snapshot.ts",
      symbol: "applyErasure",
      change: { drop: "entries remove" },
      killedBy: [REPORTS, "an erasure removes everything of the log"],
    },
    {
      name: "erased-session-archived-again",
      breaks: "a late report brings an erased user back into the archive",
      file: "worker/archive/core/report.ts",
      symbol: "judgeReport",
      change: { condition: "erased", is: false },
      killedBy: ["pure/archive/report.test.ts", "a report of an erased generation is ignored"],
    },
    {
      name: "changed-entry-passes",
      breaks: "a changed entry of the audit log is not noticed",
      file: "worker/audit/core/chain.ts",
      symbol: "findBrokenLink",
      change: { condition: "hashOf", is: false },
      killedBy: ["pure/audit/chain.test.ts", "a chain shows any change of any field of any entry"],
    },
    {
      name: "export-not-recorded",
      breaks: "an export leaves no entry in the audit log",
      file: "worker/routes/api/conversations/conversations.ts",
      symbol: "recordOn",
      change: { returns: "Promise.resolve(true)" },
      killedBy: ["workerd/audit.test.ts", "an export is recorded with the key of the caller"],
    },
    {
      name: "retention-without-alarm",
      breaks: "old rows of a conversation that automation serves are never deleted, because no alarm is set for that",
      file: "worker/conversation/core/schedule.ts",
      symbol: "isWatched",
      change: { replace: 'status === "queued" || status === "serving"', by: "true" },
      killedBy: ["pure/conversation/schedule.test.ts", "whether the desk watches a conversation session: bot"],
    },
  ],
};
