/**
 * Signing in, by password or invite, and out. A refused password gets the same answer after the same time, whether the
 * name is unknown, the password is wrong or the account is locked (docs/design/0028-people.md).
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import {
  InviteBodySchema,
  InviteReadBodySchema,
  SignInBodySchema,
  type ReadInviteJson,
} from "../../../../shared/api/people.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { AuditAction } from "../../../audit/core/entry.ts";
import type { AgentView } from "../../../desk/rpc.ts";
import { decoyName } from "../../../people/client.ts";
import { formatToken, parseToken } from "../../../people/core/agent-token.ts";
import { nameBrowser } from "../../../people/core/browser.ts";
import { findPasswordProblem } from "../../../people/core/password.ts";
import type { LoginSummary, SignInRefusal } from "../../../people/rpc.ts";
import { hashSecret, makeSecret, makeSignInId } from "../../../people/tokens.ts";
import { hexDigest } from "../../../platform/digest.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { agentOf } from "../../http/auth/caller.ts";
import { deskOf, loginOf } from "../../http/auth/people.ts";
import { clearSignInCookie, readSignInCookie, setSignInCookie } from "../../http/auth/sign-in-cookie.ts";
import { operation } from "../../http/operation.ts";
import { refuseUnrecorded } from "../../http/record.ts";
import { readBody } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { toMe } from "./json.ts";
import { closePages, storeLoginCopy } from "./notify-desk.ts";
import { recordOfAgent, refuseWithoutDesk } from "./records.ts";

/**
 * The refusals that are recorded: of the failures within 15 minutes only the first and the one that locks the account, so
 * that repeated attempts do not fill the audit log.
 */
const RECORDED_REFUSALS = {
  refused: undefined,
  first_failure: "sign-in.fail",
  locked: "sign-in.lock",
} as const satisfies Record<SignInRefusal, AuditAction | undefined>;

/** Routes for signing in and out. */
export const signIn = new Hono<HttpEnv>();

signIn.post("/sign-in", operation("signIn", "public"), async (c) => {
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
    const action = made.ok ? undefined : RECORDED_REFUSALS[made.error];
    // After the response, so that it takes the same time. Attempts with an unknown name are not recorded.
    if (action !== undefined && agent !== null)
      c.executionCtx.waitUntil(recordOfAgent(c, "system", action, agent.id, {}));
    return problem(c, "sign_in_refused", {});
  }
  const { signIn: id, login: summary } = made.value;
  const { isSuspended } = agent;
  const isRecorded =
    !isSuspended && (await recordOfAgent(c, `agent:${agent.id}`, "sign-in.begin", agent.id, { signIn: id }));
  if (isRecorded) {
    repairLogin(c, agent, summary);
    return finish(c, agent, id, secret);
  }
  await loginOf(c, agent.id).end(id);
  return isSuspended ? problem(c, "agent_suspended", {}) : refuseUnrecorded(c);
});

/** Names the account of an invite to its holder. The invite is in the body, because URLs are logged. */
signIn.post("/sign-in/invite/read", operation("readInvite", "public"), async (c) => {
  const off = refuseWithoutDesk(c);
  if (off !== undefined) return off;
  const body = await readBody(c, InviteReadBodySchema);
  if (!body.ok) return body.error;
  const found = await findInvited(c, body.value.invite);
  if (found === null) return problem(c, "invite_invalid", {});
  const answer = { name: found.agent.name, expiresAt: isoTime(found.expiresAt) };
  return c.json(answer satisfies ReadInviteJson);
});

signIn.post("/sign-in/invite", operation("acceptInvite", "public"), async (c) => {
  const off = refuseWithoutDesk(c);
  if (off !== undefined) return off;
  const body = await readBody(c, InviteBodySchema);
  if (!body.ok) return body.error;
  const found = await findInvited(c, body.value.invite);
  if (found === null) return problem(c, "invite_invalid", {});
  const { agent, hash: invite } = found;
  const { password } = body.value;
  const weakness = findPasswordProblem(password, agent.name);
  if (weakness !== undefined) return problem(c, "weak_password", { reason: weakness });
  if (agent.isSuspended) return problem(c, "agent_suspended", {});
  // Recorded before the invite is used up, so that it can be used again when that fails.
  const id = makeSignInId();
  if (!(await recordOfAgent(c, `agent:${agent.id}`, "invite.use", agent.id, { signIn: id })))
    return refuseUnrecorded(c);
  const { secret, hash } = await makeSecret();
  const request = { id, password, hash, browser: browserOf(c) };
  const accepted = await loginOf(c, agent.id).accept(invite, request);
  if (!accepted.ok) return problem(c, "invite_invalid", {});
  // Before the response: the page that gets the cookie opens a socket, which must stay open.
  await closePages(c, agent.id);
  c.executionCtx.waitUntil(storeLoginCopy(c, agent.id, accepted.value.login));
  return finish(c, agent, id, secret);
});

signIn.post("/sign-out", operation("signOut", "me"), async (c) => {
  const { id, signIn: current } = agentOf(c);
  await end(c, id, current);
  clearSignInCookie(c);
  return c.body(null, 204);
});

/** An open invite. */
interface OpenInvite {
  readonly agent: AgentView;
  /** The hash of its secret. */
  readonly hash: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/**
 * Returns the invite of a token; null: it is not open. The login that the token names is called first, which does the
 * same for an agent that does not exist as for a wrong secret: a made-up token must not cause a call of the desk, which
 * all agents share, and its answer must not show which agents exist.
 */
async function findInvited(c: Context<HttpEnv>, text: string): Promise<OpenInvite | null> {
  const token = parseToken(text);
  if (token === undefined) return null;
  const hash = await hashSecret(token.secret);
  const invite = await loginOf(c, token.agent).readInvite(hash);
  const agent = invite && (await deskOf(c).findAgent(token.agent));
  return invite && agent && { agent, hash, expiresAt: invite.expiresAt };
}

/** Corrects the desk's copy of a login after the response, if the desk could not be reached when the login changed. */
function repairLogin(c: Context<HttpEnv>, { id, login: copy }: AgentView, login: LoginSummary): void {
  const { hasPassword, inviteExpiresAt } = login;
  if (copy?.hasPassword !== hasPassword || copy.inviteExpiresAt !== inviteExpiresAt)
    c.executionCtx.waitUntil(storeLoginCopy(c, id, login));
}

/** Ends a sign-in, closes the sockets of its pages, and records it in the audit log after the response. */
async function end(c: Context<HttpEnv>, agent: string, signIn: string): Promise<void> {
  await loginOf(c, agent).end(signIn);
  await deskOf(c).closeSockets(agent, "signed_out", signIn);
  c.executionCtx.waitUntil(recordOfAgent(c, `agent:${agent}`, "sign-in.end", agent, { signIn }));
}

/**
 * Ends the sign-in whose cookie is replaced. Otherwise the requests of its open pages would have the new agent's cookie, and
 * the former sign-in could not be ended from this browser.
 */
async function endReplaced(c: Context<HttpEnv>): Promise<void> {
  const token = parseToken(readSignInCookie(c) ?? "");
  const open = token && (await loginOf(c, token.agent).check(await hashSecret(token.secret)));
  if (token !== undefined && open) await end(c, token.agent, open.signIn);
}

/**
 * Returns the response for a sign-in that was made and recorded in the audit log, sets its cookie, and ends the sign-in
 * of the replaced cookie.
 */
async function finish(c: Context<HttpEnv>, agent: AgentView, made: string, secret: string): Promise<Response> {
  const { id } = agent;
  try {
    await endReplaced(c);
  } catch (error) {
    // The browser does not get the secret of the new sign-in, so the new sign-in is ended.
    await loginOf(c, id).end(made);
    throw error;
  }
  setSignInCookie(c, formatToken({ agent: id, secret }));
  return c.json(toMe({ ...agent, signIn: made }));
}

function browserOf(c: Context): string {
  return nameBrowser(c.req.header("user-agent") ?? "");
}
