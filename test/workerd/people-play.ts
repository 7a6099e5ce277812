/** Adds agents with an API key, accepts their invites, and calls the API with their cookies. */
import type { AuditPage } from "../../client/index.ts";
import type { Role } from "../../shared/api/desk/agent.ts";
import { bodyOf, call, type CallOptions } from "./api-client.ts";

export const ORIGIN = "https://kefu.test";
export const PASSWORD = "a long password";

/** A signed-in agent. */
export interface SignedIn {
  readonly id: string;
  readonly name: string;
  /** The Cookie header of the agent's browser. */
  readonly cookie: string;
}

let made = 0;

/** The body of an answer of a route about people, with the fields that tests use. */
export interface Invited {
  readonly agent: { readonly id: string; readonly name: string };
  readonly invite: { readonly url: string; readonly expiresAt: string };
}

/** Adds an agent with an unused name. */
export async function addAgent(input: Readonly<Record<string, unknown>> = {}): Promise<Invited> {
  made += 1;
  const json = { name: `agent ${made}`, role: "agent", ...input };
  const response = await call("POST", "/api/v1/agents", { json });
  if (response.status !== 201) throw new Error(await response.text());
  return response.json();
}

/** Returns the token in an invite's link. */
export function tokenIn(url: string): string {
  return new URL(url).hash.slice("#invite=".length);
}

/** Returns the cookie that an answer sets, as a browser sends it. */
export function cookieIn(response: Response): string {
  return (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
}

let posts = 0;

/**
 * Sends a JSON body without a key, as a page does. Each call comes from an address of its own, because calls without a
 * sign-in are limited by address: 60 in a minute, which a file of tests exceeds on a fast machine.
 */
export function post(path: string, json: unknown, options: CallOptions = {}): Promise<Response> {
  posts += 1;
  const headers = { origin: ORIGIN, "cf-connecting-ip": `10.0.${posts >> 8}.${posts & 255}`, ...options.headers };
  return call("POST", path, { key: null, json, ...options, headers });
}

/** Signs in. */
export function signIn(name: string, password = PASSWORD): Promise<Response> {
  return post("/api/v1/sign-in", { name, password });
}

/** Accepts an invite. */
export function accept(url: string, password = PASSWORD): Promise<Response> {
  return post("/api/v1/sign-in/invite", { invite: tokenIn(url), password });
}

/** Adds an agent and accepts the invite. */
export async function makeAgent(
  role: Role = "agent",
  input: Readonly<Record<string, unknown>> = {},
): Promise<SignedIn> {
  const { agent, invite } = await addAgent({ role, ...input });
  const response = await accept(invite.url);
  if (response.status !== 200) throw new Error(await response.text());
  return { id: agent.id, name: agent.name, cookie: cookieIn(response) };
}

/** Calls as an agent's page does. */
export function callAs(
  { cookie }: Pick<SignedIn, "cookie">,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Response> {
  const headers = { cookie, origin: ORIGIN, "user-agent": "Chrome/153.0 Windows NT", ...options.headers };
  return call(method, path, { ...options, key: null, headers });
}

/** Returns the code of a problem answer. */
export async function codeOf(response: Response): Promise<unknown> {
  return (await bodyOf(response))["code"];
}

/** Reads the entries of the audit log about an agent, oldest first. */
export async function auditOf(agent: string) {
  const entries: AuditPage["entries"][number][] = [];
  for (let after = 0; ;) {
    const page: AuditPage = await (await call("GET", `/api/v1/audit?after=${after}`)).json();
    if (page.entries.length === 0) break;
    entries.push(...page.entries.filter(({ target }) => target === `agent:${agent}`));
    after = page.next;
  }
  return entries.map(({ actor, action, data }) => ({ actor, action, data }));
}
