/**
 * The agents: list, add, change, invite. An agent is suspended, never deleted, so that stored actions keep their
 * author.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import {
  AgentChangeSchema,
  AgentInputSchema,
  AgentParamSchema,
  InvitedSchema,
  PeopleSchema,
  PersonSchema,
} from "../../../../shared/api/people.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { AuditData } from "../../../audit/core/entry.ts";
import type { AgentChange, AgentProblem, AgentView } from "../../../desk/rpc.ts";
import { formatToken } from "../../../people/core/agent-token.ts";
import { makeAgentId, makeSecret } from "../../../people/tokens.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { actorOf } from "../../http/auth/caller.ts";
import { deskOf, loginOf } from "../../http/auth/people.ts";
import { describe, validator } from "../../http/describe.ts";
import { refuseUnrecorded } from "../../http/record.ts";
import { readBody, refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { toPerson } from "./json.ts";
import { recordOfAgent, refuseWithoutDesk } from "./records.ts";

/** Routes about agents. */
export const agents = new Hono<HttpEnv>();

const BODY_PROBLEMS = ["malformed_json", "unsupported_media_type", "body_too_large", "invalid_field"] as const;

agents.get(
  "/agents",
  describe({
    id: "listAgents",
    tag: "people",
    access: "people.see",
    summary: { zh: "全部客服", en: "All agents" },
    answers: {
      200: {
        text: { zh: "按名字排序，含已停用的", en: "In the order of their names, suspended ones included" },
        content: { type: "application/json", schema: PeopleSchema },
      },
    },
    problems: ["desk_off"],
  }),
  async (c) => {
    const off = refuseWithoutDesk(c);
    if (off !== undefined) return off;
    const list = await deskOf(c).listAgents();
    return c.json({ agents: await Promise.all(list.map((agent) => describeAgent(c, agent))) });
  },
);

agents.post(
  "/agents",
  describe({
    id: "addAgent",
    tag: "people",
    access: "people.manage",
    summary: { zh: "添加客服，返回邀请链接", en: "Add an agent; returns an invite link" },
    text: {
      zh: "对方打开链接、设置密码后即可登录。应答丢失后重试会返回 name_taken：用 POST /agents/:id/invite 取新的链接。",
      en: "The person opens the link and sets a password. If the response was lost, a repeat is answered name_taken: get another link with POST /agents/:id/invite.",
    },
    body: [
      { type: "application/json", schema: AgentInputSchema, example: { name: "小王", role: "agent", teams: ["售后"] } },
    ],
    answers: {
      201: { text: { zh: "已添加", en: "Added" }, content: { type: "application/json", schema: InvitedSchema } },
    },
    problems: [...BODY_PROBLEMS, "name_taken", "desk_off", "audit_unavailable"],
  }),
  async (c) => {
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
  },
);

agents.patch(
  "/agents/:id",
  describe({
    id: "changeAgent",
    tag: "people",
    access: "people.manage",
    summary: { zh: "修改或停用客服", en: "Change or suspend an agent" },
    text: {
      zh: "停用或改变权限后，已打开的页面立即断开。最后一个管理员不能停用或降级。审计日志记录的是请求：随后可能被拒绝。",
      en: "After a suspension or a change of rights, open pages are disconnected at once. The last admin can be neither suspended nor demoted. The audit log records the request, which may then be refused.",
    },
    body: [{ type: "application/json", schema: AgentChangeSchema, example: { isSuspended: true } }],
    answers: {
      200: {
        text: { zh: "修改后的客服", en: "The changed agent" },
        content: { type: "application/json", schema: PersonSchema },
      },
    },
    problems: [...BODY_PROBLEMS, "agent_not_found", "name_taken", "last_admin", "desk_off", "audit_unavailable"],
  }),
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
    return c.json(await describeAgent(c, changed.value));
  },
);

agents.post(
  "/agents/:id/invite",
  describe({
    id: "inviteAgent",
    tag: "people",
    access: "people.manage",
    summary: { zh: "新的邀请链接，用于重设密码", en: "A new invite link, which also resets a password" },
    text: {
      zh: "之前的链接立即失效；现有的密码和登录保留到对方接受邀请为止。",
      en: "The earlier link ends at once; the password and the sign-ins stay until the invite is accepted.",
    },
    answers: {
      200: { text: { zh: "邀请", en: "The invite" }, content: { type: "application/json", schema: InvitedSchema } },
    },
    problems: ["invalid_field", "agent_not_found", "desk_off", "audit_unavailable"],
  }),
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

/** Returns what the audit log contains of a change: the new values, but of the name only that it changed. */
function toData({ name, ...change }: AgentChange): AuditData {
  return { ...change, ...(name !== undefined && { name: "changed" }) };
}

/** Makes an invite and answers with its link, which is for the host of the request. */
async function answerInvite(c: Context<HttpEnv>, agent: AgentView, status: 200 | 201): Promise<Response> {
  const { secret, hash } = await makeSecret();
  const { expiresAt } = await loginOf(c, agent.id).invite(hash);
  const url = new URL("/desk", c.req.url);
  url.hash = `invite=${formatToken({ agent: agent.id, secret })}`;
  const answer = {
    agent: await describeAgent(c, agent),
    invite: { url: url.href, expiresAt: isoTime(expiresAt) },
  };
  return c.json(answer satisfies v.InferOutput<typeof InvitedSchema>, status);
}

async function describeAgent(c: Context<HttpEnv>, agent: AgentView) {
  return toPerson(agent, await loginOf(c, agent.id).summary());
}

function refuseAgent(c: Context<HttpEnv>, { reason }: AgentProblem): Response {
  return problem(c, reason === "no_agent" ? "agent_not_found" : reason, {});
}
