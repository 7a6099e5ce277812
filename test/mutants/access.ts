import type { MutantTable } from "./mutant.ts";

/** Promise 10: signing in, roles, and what agents of other teams may see. */
export const ACCESS: MutantTable = {
  rule: "rights are checked with every request, and a page is shown nothing that its agent may not see",
  promise: 10,
  mutants: [
    {
      name: "role-not-checked",
      breaks: "every agent may do what an admin may",
      file: "worker/routes/http/auth/require-access.ts",
      symbol: "requireAccess",
      change: { replace: "isOpenToRole(access, caller.role)", by: "true" },
      killedBy: ["workerd/access.test.ts", "every route is open to the role agent as defined by the table"],
    },
    {
      name: "origin-not-checked",
      breaks: "a page of another site acts with the agent's cookie",
      file: "worker/routes/http/auth/authenticate.ts",
      symbol: "refuseOrigin",
      change: { replace: "origin === new URL(c.req.url).origin", by: "true" },
      killedBy: [
        "workerd/sign-in.test.ts",
        "a request with a cookie of another origin or without one changes nothing; reading needs none",
      ],
    },
    {
      name: "undescribed-path-open",
      breaks: "a route without a documented operation is open to every agent who is signed in",
      file: "worker/routes/http/auth/require-access.ts",
      symbol: "requireAccess",
      change: { condition: "access undefined", is: false },
      killedBy: ["workerd/access.test.ts", "a path that has a handler but no operation is closed to all"],
    },
    {
      name: "page-of-a-suspended-agent-open",
      breaks: "the page of a suspended agent is not closed",
      file: "worker/desk/core/presence.ts",
      symbol: "closeRefusedSockets",
      change: { returns: "undefined" },
      killedBy: [
        "pure/desk/socket-ends.test.ts",
        "a page is closed at once when its agent is suspended, and gets nothing any more",
      ],
    },
    {
      name: "other-team-shown",
      breaks: "agents are shown the sessions of every team",
      file: "shared/api/desk/rights.ts",
      symbol: "isInTeam",
      change: { returns: "true" },
      killedBy: ["pure/desk/sockets.test.ts", "frames about sessions of another team reach no page"],
    },
    {
      name: "other-team-read",
      breaks: "an agent reads the messages of another team's user by the conversation's id",
      file: "worker/routes/api/desk/desk-caller.ts",
      symbol: "requireVisible",
      change: { condition: "maySee", is: false },
      killedBy: ["workerd/desk-routes.test.ts", "an agent of another team cannot read or write in a session"],
    },
  ],
};
