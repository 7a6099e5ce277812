/**
 * Identifies the caller of every request to the API: by an API key, or by the cookie of a sign-in, which is checked anew
 * each time by the agent's login and the desk (docs/design/0028-people.md). Whether the caller may use the route is
 * decided in `require-access.ts`.
 */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { parseToken } from "../../../people/core/agent-token.ts";
import { hashSecret } from "../../../people/tokens.ts";
import type { HttpEnv } from "../app-env.ts";
import { accessOf } from "../operation.ts";
import { problem } from "../response/problem.ts";
import { authenticateKey, refuseUnknown } from "./api-key.ts";
import type { AgentCaller } from "./caller.ts";
import { deskOf, loginOf } from "./people.ts";
import { cookieName, hasSignInCookie, readSignInCookie } from "./sign-in-cookie.ts";

/**
 * Methods that change nothing. The request that opens a WebSocket is a GET as well, but its connection can change data.
 */
const READS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Stores the caller, or refuses the request. Routes with the access `public` have no caller. A request with an
 * Authorization header is authenticated by its API key only, even if it also has a cookie.
 */
export const authenticate = () =>
  createMiddleware<HttpEnv>(async function authenticate(c, next) {
    const isPublic = accessOf(c) === "public";
    const isByCookie = !isPublic && c.req.header("authorization") === undefined && hasSignInCookie(c);
    if (!isPublic && !isByCookie) return (await authenticateKey(c)) ?? next();
    const refusal = refuseAddress(c) ?? refuseOrigin(c, isByCookie);
    if (refusal !== undefined) return refusal;
    if (isPublic) return next();
    if (c.get("config").dataKeys.length === 0) return problem(c, "desk_off", {});
    const caller = await findAgentCaller(c);
    if (caller === undefined) return refuseUnknown(c);
    c.set("caller", caller);
    return next();
  });

/** The ids of the agents who have sent a valid cookie to this isolate. */
const signedIn = new Set<string>();

/**
 * Returns the agent of the cookie; undefined when the cookie is not valid, the sign-in has ended, or the agent is
 * suspended.
 */
async function findAgentCaller(c: Context<HttpEnv>): Promise<AgentCaller | undefined> {
  const token = parseToken(readSignInCookie(c) ?? "");
  if (token === undefined) return undefined;
  const checked = hashSecret(token.secret).then((hash) => loginOf(c, token.agent).check(hash));
  // Made-up cookies must not cause calls of the desk, which all agents share: for an agent who has sent no valid cookie
  // yet, the sign-in is checked first; otherwise both are called at once.
  if (!signedIn.has(token.agent) && (await checked) === null) return undefined;
  const [open, agent] = await Promise.all([checked, deskOf(c).findAgent(token.agent)]);
  if (open === null || agent === null || agent.isSuspended) return undefined;
  signedIn.add(token.agent);
  const { id, name, role, teams } = agent;
  return { type: "agent", id, name, role, teams, signIn: open.signIn };
}

/**
 * Refuses a request over plain http to an address other than loopback, because its password or cookie is readable in
 * transit. Returns undefined for any other request.
 */
function refuseAddress(c: Context): Response | undefined {
  return cookieName(new URL(c.req.url)) === undefined ? problem(c, "https_required", {}) : undefined;
}

/**
 * Refuses a write, or a request that opens a WebSocket, by a page of another origin. Returns undefined for any other
 * request. A browser adds `Origin` to all of these requests.
 *
 * @param isNeeded whether `Origin` is required; false: a write without it is accepted, because no browser sends one
 */
function refuseOrigin(c: Context, isNeeded: boolean): Response | undefined {
  const isRead = READS.has(c.req.method) && c.req.header("upgrade") === undefined;
  if (isRead) return undefined;
  const origin = c.req.header("origin");
  const isOwn = origin === undefined ? !isNeeded : origin === new URL(c.req.url).origin;
  return isOwn ? undefined : problem(c, "origin_refused", {});
}
