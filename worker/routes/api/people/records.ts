/** The audit entries about people, and the check that the desk is configured (DATA_KEY). */
import type { Context } from "hono";
import type { AuditAction, AuditData } from "../../../audit/core/entry.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { record } from "../../http/record.ts";
import { problem } from "../../http/response/problem.ts";

/**
 * Records an action on an agent.
 *
 * @param actor the value of `actorOf`, or `system`
 * @param agent the agent's id
 * @returns whether it was recorded; never rejects
 */
export function recordOfAgent(
  c: Context<HttpEnv>,
  actor: string,
  action: AuditAction,
  agent: string,
  data: AuditData,
): Promise<boolean> {
  return record(c, { actor, action, target: `agent:${agent}`, data });
}

/** Returns the problem `desk_off` while DATA_KEY is missing, because signing in needs the desk; otherwise undefined. */
export function refuseWithoutDesk(c: Context<HttpEnv>): Response | undefined {
  return c.get("config").dataKeys.length === 0 ? problem(c, "desk_off", {}) : undefined;
}
