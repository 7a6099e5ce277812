/**
 * Signing in and out. A refusal is the same for every name and takes as long, whether the name is unknown, the password
 * is wrong or the account is locked (docs/design/0028-people.md).
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { InviteBodySchema, MeSchema, SignInBodySchema } from "../../../../shared/api/people.ts";
import type { AgentView } from "../../../desk/rpc.ts";
import { decoyName } from "../../../people/client.ts";
import { formatToken, parseToken } from "../../../people/core/agent-token.ts";
import { nameBrowser } from "../../../people/core/browser.ts";
import { findPasswordProblem } from "../../../people/core/password.ts";
import { hashSecret, makeSecret } from "../../../people/tokens.ts";
import { hexDigest } from "../../../platform/digest.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { agentOf } from "../../http/auth/caller.ts";
import { deskOf, loginOf } from "../../http/auth/people.ts";
import { clearSignInCookie, setSignInCookie } from "../../http/auth/sign-in-cookie.ts";
import { describe, type RouteDescription } from "../../http/describe.ts";
import { refuseUnrecorded } from "../../http/record.ts";
import { readBody } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { toMe } from "./json.ts";
import { recordOfAgent, refuseWithoutDesk } from "./records.ts";

/** Routes for signing in and out. */
export const signIn = new Hono<HttpEnv>();

const SIGNED_IN: RouteDescription["answers"] = {
  200: {
    text: { zh: "已登录", en: "Signed in" },
    content: { type: "application/json", schema: MeSchema },
    headers: {
      "set-cookie": {
        zh: "登录 Cookie：__Host-kefu（本机 http 为 kefu_local），14 天",
        en: "the cookie of the sign-in: __Host-kefu (kefu_local on loopback http), 14 days",
      },
    },
  },
};

signIn.post(
  "/sign-in",
  describe({
    id: "signIn",
    tag: "people",
    access: "public",
    summary: { zh: "客服登录", en: "Sign in" },
    text: {
      zh: "15 分钟内失败 10 次，该账号锁定 15 分钟。名字不存在、密码错误、已锁定时的应答与用时相同。",
      en: "Ten failures in 15 minutes lock the account for 15 minutes. The answer and its time are the same for an unknown name, a wrong password and a locked account.",
    },
    body: [{ type: "application/json", schema: SignInBodySchema }],
    answers: SIGNED_IN,
    problems: [
      "malformed_json",
      "unsupported_media_type",
      "body_too_large",
      "invalid_field",
      "sign_in_refused",
      "agent_suspended",
      "desk_off",
      "audit_unavailable",
    ],
  }),
  async (c) => {
    const off = refuseWithoutDesk(c);
    if (off !== undefined) return off;
    const body = await readBody(c, SignInBodySchema);
    if (!body.ok) return body.error;
    const { name, password } = body.value;
    const agent = await deskOf(c).findAgentByName(name);
    const login = agent?.id ?? decoyName(await hexDigest("SHA-256", name));
    const { secret, hash } = await makeSecret();
    const made = await loginOf(c, login).signIn({ password, hash, browser: browserOf(c) });
    if (!made.ok || agent === null) {
      const isLocked = !made.ok && made.error === "locked" && agent !== null;
      if (isLocked) c.executionCtx.waitUntil(recordOfAgent(c, "system", "sign-in.lock", agent.id, {}));
      return problem(c, "sign_in_refused", {});
    }
    return finish(c, agent, made.value.signIn, secret, "sign-in.begin");
  },
);

signIn.post(
  "/sign-in/invite",
  describe({
    id: "acceptInvite",
    tag: "people",
    access: "public",
    summary: { zh: "接受邀请，设置密码并登录", en: "Accept an invite: set a password and sign in" },
    text: {
      zh: "邀请 24 小时内有效，只能用一次；该客服之前的所有登录随之结束。密码至少 10 个字符，不能是常见密码。",
      en: "An invite is valid once and for 24 hours; all earlier sign-ins of the agent end. A password has at least ten characters and is not a common one.",
    },
    body: [{ type: "application/json", schema: InviteBodySchema }],
    answers: SIGNED_IN,
    problems: [
      "malformed_json",
      "unsupported_media_type",
      "body_too_large",
      "invalid_field",
      "weak_password",
      "invite_invalid",
      "agent_suspended",
      "desk_off",
      "audit_unavailable",
    ],
  }),
  async (c) => {
    const off = refuseWithoutDesk(c);
    if (off !== undefined) return off;
    const body = await readBody(c, InviteBodySchema);
    if (!body.ok) return body.error;
    const invite = parseToken(body.value.invite);
    const agent = invite === undefined ? null : await deskOf(c).findAgent(invite.agent);
    if (invite === undefined || agent === null) return problem(c, "invite_invalid", {});
    const { password } = body.value;
    const weakness = findPasswordProblem(password, agent.name);
    if (weakness !== undefined) return problem(c, "weak_password", { reason: weakness });
    if (agent.isSuspended) return problem(c, "agent_suspended", {});
    const { secret, hash } = await makeSecret();
    const request = { password, hash, browser: browserOf(c) };
    const accepted = await loginOf(c, agent.id).accept(await hashSecret(invite.secret), request);
    if (!accepted.ok) return problem(c, "invite_invalid", {});
    await deskOf(c).closeSockets(agent.id, "signed_out");
    return finish(c, agent, accepted.value.signIn, secret, "invite.use");
  },
);

signIn.post(
  "/sign-out",
  describe({
    id: "signOut",
    tag: "people",
    access: "me",
    summary: { zh: "退出登录", en: "Sign out" },
    answers: { 204: { text: { zh: "已退出，Cookie 已清除", en: "Signed out; the cookie is removed" } } },
    problems: ["desk_off"],
  }),
  async (c) => {
    const { id, signIn: current } = agentOf(c);
    await loginOf(c, id).end(current);
    await deskOf(c).closeSockets(id, "signed_out", current);
    c.executionCtx.waitUntil(recordOfAgent(c, `agent:${id}`, "sign-in.end", id, { signIn: current }));
    clearSignInCookie(c);
    return c.body(null, 204);
  },
);

/**
 * Answers a sign-in that was made. One of a suspended agent, or one that cannot be recorded, is ended again before its
 * secret is returned.
 */
async function finish(
  c: Context<HttpEnv>,
  agent: AgentView,
  made: string,
  secret: string,
  action: "sign-in.begin" | "invite.use",
): Promise<Response> {
  const { id, isSuspended } = agent;
  const isRecorded = !isSuspended && (await recordOfAgent(c, `agent:${id}`, action, id, { signIn: made }));
  if (!isRecorded) {
    await loginOf(c, id).end(made);
    return isSuspended ? problem(c, "agent_suspended", {}) : refuseUnrecorded(c);
  }
  setSignInCookie(c, formatToken({ agent: id, secret }));
  return c.json(toMe({ ...agent, signIn: made }));
}

function browserOf(c: Context): string {
  return nameBrowser(c.req.header("user-agent") ?? "");
}
