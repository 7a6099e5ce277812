import type { MutantTable } from "./mutant.ts";

const ENDS = "pure/desk/socket-ends.test.ts";

/** Promise 9: what a page missed is sent again, and the page notices when something is missing. */
export const SCREENS: MutantTable = {
  rule: "a page that is connected shows the state of the server: nothing missing, twice or out of order",
  promise: 9,
  mutants: [
    {
      name: "lost-frames-not-sent-again",
      breaks: "frames that were lost with a connection are not sent again on the next one",
      file: "worker/desk/socket/core/trail.ts",
      symbol: "resumeTrail.resumed",
      change: { value: "subscription" },
      killedBy: [ENDS, "a page that connects again gets the frames again that were lost with the connection"],
    },
    {
      name: "whole-lists-not-sent",
      breaks: "after a restart of the desk, a page is sent changes of lists that it does not have",
      file: "worker/desk/core/frames.ts",
      symbol: "buildFrames",
      change: { condition: "epoch examined", is: false },
      killedBy: [
        ENDS,
        "a desk constructed again with sockets attached sends complete lists, agents and the position at once, and begins no grace period",
      ],
    },
    {
      name: "change-of-other-lists-applied",
      breaks: "a page applies a change although it lacks the one before",
      file: "console/model/frames.ts",
      symbol: "applyDelta",
      change: { condition: "from", is: false },
      killedBy: ["pure/console/lists.test.ts", "the lists of the page are stale after a change of"],
    },
    {
      name: "gap-in-the-log-not-noticed",
      breaks: "a page shows the rows after a gap, and never reads the missing ones",
      file: "console/model/log.ts",
      symbol: "addRows",
      change: { condition: "from", is: false },
      killedBy: ["pure/console/log.test.ts", "rows that arrive mark a gap when some are missing"],
    },
    {
      name: "row-shown-again",
      breaks: "a row that is reported again is sent again",
      file: "worker/desk/socket/core/pending-rows.ts",
      symbol: "addRows.added",
      change: { value: "rows" },
      killedBy: ["pure/desk/sockets.test.ts", "the open conversation gets a row once, however often it is reported"],
    },
    {
      name: "dead-connection-kept",
      breaks: "a page waits for ever on a connection that died without an event",
      file: "console/client/link.ts",
      symbol: "createLink.ping",
      change: { drop: "PONG_MS" },
      killedBy: [
        "pure/console/link.test.ts",
        "the connection is closed 15 s after a ping without an answer, and stays open after an answer",
      ],
    },
  ],
};
