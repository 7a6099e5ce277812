import type { MutantTable } from "./mutant.ts";

const AGENTS = "workerd/desk-agents.test.ts";
const REPORTS = "workerd/desk-reports.test.ts";
const DEATHS = "workerd/desk-deaths.test.ts";

/** Promise 8: each message without an answer belongs to a session in a list, also after objects were evicted. */
export const UNANSWERED_MESSAGES: MutantTable = {
  rule: "each user message without an answer belongs to a session in a list, whatever dies meanwhile",
  promise: 8,
  mutants: [
    {
      name: "failed-automatic-answer-forgotten",
      breaks: "a user whose automatic answer was not delivered is in no queue",
      file: "worker/conversation/core/session/events.ts",
      symbol: "settleAutomatic",
      change: { condition: "isDelivered", is: false },
      killedBy: ["pure/conversation/session/events.test.ts", "an automatic reply that is not delivered"],
    },
    {
      name: "waiting-session-not-stored",
      breaks: "the desk forgets the sessions that wait when it is evicted",
      file: "worker/desk/core/desk.ts",
      symbol: "effectsOf",
      change: { replace: 'session.status !== "bot"', by: 'session.status === "bot"' },
      killedBy: [REPORTS, "a report puts the session in the lists"],
    },
    {
      name: "desk-alarm-not-set",
      breaks: "no alarm is set for what becomes due, such as the end of a grace or a call without an answer",
      file: "worker/desk/runner.ts",
      symbol: "createRunner.run",
      change: { drop: "setAlarm" },
      killedBy: [AGENTS, "presence of an agent whose desk was evicted"],
    },
    {
      name: "questions-end-with-the-desk",
      breaks: "a call that the desk had not made when it was evicted is never made",
      file: "worker/desk/core/presence.ts",
      symbol: "wake",
      change: { drop: "isWhole" },
      killedBy: [DEATHS, "a desk whose process ends before the conversation is asked"],
    },
    {
      name: "gone-agent-keeps-sessions",
      breaks: "the sessions of an agent who is gone never return to the queue",
      file: "worker/desk/core/wants.ts",
      symbol: "returnAt",
      change: { returns: "Infinity" },
      killedBy: [DEATHS, "time returns the sessions of an agent who went offline, and another agent gets them"],
    },
    {
      name: "window-of-the-grant-in-use",
      breaks: "a user with no sends left who enters again is expired from the queue after a minute",
      file: "worker/conversation/core/window.ts",
      symbol: "lastGrantEnd",
      change: { replace: "Math.max(...ends)", by: "Math.min(...ends)" },
      killedBy: ["pure/conversation/window.test.ts", "the reply window ends with its last grant"],
    },
    {
      name: "older-report-wins",
      breaks: "a late report of an earlier state takes a waiting session out of the lists",
      file: "worker/desk/core/entry.ts",
      symbol: "isNewer",
      change: { replace: "one.to > other.to", by: "true" },
      killedBy: [REPORTS, "a report that is repeated or older changes nothing"],
    },
  ],
};
