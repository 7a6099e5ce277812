import type { MutantTable } from "./mutant.ts";

const RACES = "workerd/desk-races.test.ts";
const ACTS = "workerd/desk-acts.test.ts";
const DEATHS = "workerd/desk-deaths.test.ts";

/** Promise 7: two acts at once, replies of agents who do not serve the session, and repeated acts. */
export const SINGLE_OWNER: MutantTable = {
  rule: "a session has one agent at most: of several acts one wins, and the others are told who",
  promise: 7,
  mutants: [
    {
      name: "version-not-compared",
      breaks: "a command is run although the session has changed since it was decided",
      file: "worker/conversation/core/session/commands.ts",
      symbol: "withSession",
      change: { replace: "version === command.version", by: "version >= command.version" },
      killedBy: [RACES, "of two simultaneous agents who take the same session"],
    },
    {
      name: "reply-while-another-serves",
      breaks: "an agent's reply is accepted while another agent serves the session",
      file: "worker/conversation/core/session/commands.ts",
      symbol: "findTaken",
      change: { returns: "undefined" },
      killedBy: [ACTS, "an act is refused with the reason"],
    },
    {
      name: "former-agent-still-sends",
      breaks: "a waiting message is sent although its agent no longer serves the session",
      file: "worker/conversation/core/session/machine.ts",
      symbol: "findRefusal",
      change: { replace: 'reason === "taken" || reason === "reassigned"', by: 'reason === "taken"' },
      killedBy: [
        "pure/conversation/session/served.test.ts",
        "a message of a former agent that waits behind an attempt",
      ],
    },
    {
      name: "winner-not-named",
      breaks: "the agent who came second is not told who has the session",
      file: "worker/desk/acts.ts",
      symbol: "createDeskActs.explain",
      change: { condition: "isOutrun assignee version", is: false },
      killedBy: [RACES, "of two simultaneous agents who take the same session"],
    },
    {
      name: "act-not-remembered",
      breaks: "a repeated act gets another answer than the first",
      file: "worker/desk/acts.ts",
      symbol: "createDeskActs.remember",
      change: { drop: "done set" },
      killedBy: [ACTS, "an act that is repeated has one effect"],
    },
    {
      name: "reservation-not-stored",
      breaks: "a desk that is evicted before it calls the conversation forgets the assignment that it had decided",
      file: "worker/desk/core/desk.ts",
      symbol: "effectsOf",
      change: {
        replace: 'listWrites("reservations", reservations)',
        by: "[]",
      },
      killedBy: [DEATHS, "a desk whose process ends before the conversation is asked"],
    },
  ],
};
