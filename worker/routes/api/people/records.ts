/** The audit entries about people, and the check that the desk is configured (DATA_KEY). */
import type { Context } from "hono";
import { auditStub } from "../../../audit/client.ts";
import type { AuditAction, AuditData } from "../../../audit/core/entry.ts";
import { recordAction } from "../../../audit/record-action.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { problem } from "../../http/response/problem.ts";

/**
 * Records an action on an agent.
 *
 * @param actor as `actorOf`, or `system`
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
  const { env } = c;
  const { locationHint } = c.get("config");
  const draft = { at: Date.now(), actor, action, target: `agent:${agent}`, data };
  return recordAction(() => auditStub(env.AUDIT, locationHint), draft, c.get("requestId"));
}

/** Answers an action that could not be recorded and was therefore not performed. */
export function refuseUnrecorded(c: Context<HttpEnv>): Response {
  return problem(c, "audit_unavailable", {}, { headers: { "retry-after": "1" } });
}

/** Returns the answer while DATA_KEY is missing: without it the desk is off, so signing in is not possible. */
export function refuseWithoutDesk(c: Context<HttpEnv>): Response | undefined {
  return c.get("config").dataKeys.length === 0 ? problem(c, "desk_off", {}) : undefined;
}
