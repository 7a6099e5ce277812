/**
 * The agents: list, add, change, invite. An agent is suspended, never deleted, so that stored actions keep their
 * author.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { InvitedSchema } from "../../../../shared/api/people.ts";
import { AgentChangeSchema, AgentInputSchema, AgentParamSchema } from "../../../../shared/api/people.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { AuditData } from "../../../audit/core/entry.ts";
import type { AgentChange, AgentProblem, AgentView } from "../../../desk/rpc.ts";
import { formatToken } from "../../../people/core/agent-token.ts";
import { makeAgentId, makeSecret } from "../../../people/tokens.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { actorOf } from "../../http/auth/caller.ts";
import { deskOf, loginOf } from "../../http/auth/people.ts";
import { operation, validator } from "../../http/operation.ts";
import { refuseUnrecorded } from "../../http/record.ts";
import { readBody, refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { toPerson } from "./json.ts";
import { storeLoginCopy } from "./notify-desk.ts";
import { recordOfAgent, refuseWithoutDesk } from "./records.ts";

/** Routes about agents. */
export const agents = new Hono<HttpEnv>();

agents.get("/agents", operation("listAgents", "people.see"), async (c) => {
  const off = refuseWithoutDesk(c);
  if (off !== undefined) return off;
  const list = await deskOf(c).listAgents();
  const now = Date.now();
  return c.json({ agents: list.map((agent) => toPerson(agent, now)) });
});

agents.post("/agents", operation("addAgent", "people.manage"), async (c) => {
  const off = refuseWithoutDesk(c);
  if (off !== undefined) return off;
  const body = await readBody(c, AgentInputSchema);
  if (!body.ok) return body.error;
  if ((await deskOf(c).findAgentByName(body.value.name)) !== null) return problem(c, "name_taken", {});
  const id = makeAgentId();
  const { role, teams, capacity } = body.value;
  if (!(await record(c, "agent.add", id, { role, teams, capacity }))) return refuseUnrecorded(c);
  const added = await deskOf(c).addAgent({ id, ...body.value });
  return added.ok ? answerInvite(c, added.value, 201) : refuseAgent(c, added.error);
});

agents.patch(
  "/agents/:id",
  operation("changeAgent", "people.manage"),
  validator("param", AgentParamSchema, refuseParameter),
  async (c) => {
    const off = refuseWithoutDesk(c);
    if (off !== undefined) return off;
    const body = await readBody(c, AgentChangeSchema);
    if (!body.ok) return body.error;
    const { id } = c.req.valid("param");
    if ((await deskOf(c).findAgent(id)) === null) return problem(c, "agent_not_found", {});
    if (!(await record(c, "agent.change", id, toData(body.value)))) return refuseUnrecorded(c);
    const changed = await deskOf(c).changeAgent(id, body.value);
    if (!changed.ok) return refuseAgent(c, changed.error);
    if (changed.value.isSuspended) {
      await loginOf(c, id).endAll();
      await deskOf(c).closeSockets(id, "signed_out");
    }
    return c.json(toPerson(changed.value, Date.now()));
  },
);

agents.post(
  "/agents/:id/invite",
  operation("inviteAgent", "people.manage"),
  validator("param", AgentParamSchema, refuseParameter),
  async (c) => {
    const off = refuseWithoutDesk(c);
    if (off !== undefined) return off;
    const { id } = c.req.valid("param");
    const agent = await deskOf(c).findAgent(id);
    if (agent === null) return problem(c, "agent_not_found", {});
    if (!(await record(c, "agent.invite", id, {}))) return refuseUnrecorded(c);
    return answerInvite(c, agent, 200);
  },
);

function record(
  c: Context<HttpEnv>,
  action: "agent.add" | "agent.change" | "agent.invite",
  id: string,
  data: AuditData,
): Promise<boolean> {
  return recordOfAgent(c, actorOf(c), action, id, data);
}

/** Returns the data of a change for the audit log: the new values, except the name, which is only marked as changed. */
function toData({ name, ...change }: AgentChange): AuditData {
  return { ...change, ...(name !== undefined && { name: "changed" }) };
}

/** Makes an invite and returns the response with its link, whose host is the host of the request. */
async function answerInvite(c: Context<HttpEnv>, agent: AgentView, status: 200 | 201): Promise<Response> {
  const { secret, hash } = await makeSecret();
  const { expiresAt, login } = await loginOf(c, agent.id).invite(hash);
  await storeLoginCopy(c, agent.id, login);
  const url = new URL("/desk", c.req.url);
  url.hash = `invite=${formatToken({ agent: agent.id, secret })}`;
  const answer = {
    agent: toPerson({ ...agent, login }, Date.now()),
    invite: { url: url.href, expiresAt: isoTime(expiresAt) },
  };
  return c.json(answer satisfies v.InferOutput<typeof InvitedSchema>, status);
}

function refuseAgent(c: Context<HttpEnv>, { reason }: AgentProblem): Response {
  return problem(c, reason === "no_agent" ? "agent_not_found" : reason, {});
}
