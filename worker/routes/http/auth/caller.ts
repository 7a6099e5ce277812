/** Who sent a request: the holder of an API key, or a signed-in agent. */
import type { Context } from "hono";
import type { Role } from "../../../../shared/api/desk/agent.ts";
import type { HttpEnv } from "../app-env.ts";

/** A signed-in agent, as the desk knows the agent at the time of the request. */
export interface AgentCaller {
  readonly type: "agent";
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly teams: readonly string[];
  /** The id of the sign-in. */
  readonly signIn: string;
}

/** The caller of a request. */
export type Caller =
  /** `key`: the SHA-256 of the API key, hex. */
  { readonly type: "api"; readonly key: string } | AgentCaller;

/** The number of digits of an API key's hash that name the key in the audit log. */
const KEY_DIGITS = 8;

/** Returns the caller's name in the audit log: `api:` and the first digits of the key's hash, or `agent:` and the id. */
export function actorOf(c: Context<HttpEnv>): string {
  const caller = c.get("caller");
  return caller.type === "api" ? `api:${caller.key.slice(0, KEY_DIGITS)}` : `agent:${caller.id}`;
}

/** Returns the id of the caller's sign-in; undefined for an API key. */
export function signInOf(c: Context<HttpEnv>): string | undefined {
  const caller: Caller | undefined = c.get("caller");
  return caller?.type === "agent" ? caller.signIn : undefined;
}

/**
 * Returns the signed-in agent.
 *
 * @throws Error for a caller with an API key, which the route's access must exclude
 */
export function agentOf(c: Context<HttpEnv>): AgentCaller {
  const caller = c.get("caller");
  if (caller.type !== "agent") throw new Error("this route needs a signed-in agent: its access must exclude API keys");
  return caller;
}
