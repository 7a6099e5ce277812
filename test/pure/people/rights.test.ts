/** An independent copy of the table of rights: every change of the table must be repeated here. */
import { describe, it } from "vitest";
import { ROLES } from "../../../shared/api/desk/agent.ts";
import { ACTIONS, isOpenToKey, isOpenToRole, mayPerform, type Access } from "../../../worker/people/core/rights.ts";

const TABLE = `
conversations.see       agent supervisor admin key
conversations.serve     agent supervisor admin key
conversations.answer    agent supervisor admin
conversations.export                     admin key
conversations.erase                      admin key
conversations.unmask    agent supervisor admin
people.see              agent supervisor admin key
people.manage                            admin key
presence.own            agent supervisor admin
settings.read                 supervisor admin key
settings.change                          admin key
audit.read                               admin key
desk.rebuild                             admin key
alerts.test                              admin key
operations.read                          admin key
operations.change                        admin key
me                      agent supervisor admin
`;

describe("the rights", () => {
  it("are those of the table", ({ expect }) => {
    const holders = [...ROLES, "key"] as const;
    const rows = ACTIONS.map((action) => [action, ...holders.filter((holder) => mayPerform(holder, action))].join(" "));
    expect(rows).toEqual(
      TABLE.trim()
        .split("\n")
        .map((line) => line.replaceAll(/ +/g, " ")),
    );
  });

  it("of a role include those of the role below", ({ expect }) => {
    for (const action of ACTIONS) {
      const [agent, supervisor, admin] = ROLES.map((role) => mayPerform(role, action));
      expect([agent, supervisor, admin]).toEqual([agent, agent || supervisor, agent || supervisor || admin]);
    }
  });

  it("of a route for API keys belong to no role, and a public route is open to all", ({ expect }) => {
    const access: Access[] = ["api", "public"];
    for (const role of ROLES) expect(access.map((one) => isOpenToRole(one, role))).toEqual([false, true]);
    expect(access.map(isOpenToKey)).toEqual([true, true]);
    expect(isOpenToKey("me")).toBe(false);
    expect(isOpenToRole("people.manage", "supervisor")).toBe(false);
    expect(isOpenToRole("people.manage", "admin")).toBe(true);
  });
});
