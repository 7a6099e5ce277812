/**
 * Records in the audit log what a request is about to do, or has done. Except for ending sign-ins, a route performs an
 * action only after it was recorded.
 */
import type { Context } from "hono";
import { auditStub } from "../../audit/client.ts";
import type { AuditDraft } from "../../audit/core/entry.ts";
import { recordAction } from "../../audit/record-action.ts";
import type { HttpEnv } from "./app-env.ts";
import { signInOf } from "./auth/caller.ts";
import { problem } from "./response/problem.ts";

/**
 * Records an action with the current time and, for an agent, the sign-in that was used (`signIn`). If the draft's data
 * has a `signIn`, the one that the action is about, that is recorded instead.
 *
 * @returns whether it was recorded; never rejects
 */
export function record(c: Context<HttpEnv>, draft: Omit<AuditDraft, "at">): Promise<boolean> {
  const { env } = c;
  const { locationHint } = c.get("config");
  const signIn = signInOf(c);
  const data = { ...(signIn !== undefined && { signIn }), ...draft.data };
  const entry = { at: Date.now(), ...draft, data };
  return recordAction(() => auditStub(env.AUDIT, locationHint), entry, c.get("requestId"));
}

/** Answers an action that could not be recorded and was therefore not performed: the caller may repeat it. */
export function refuseUnrecorded(c: Context<HttpEnv>): Response {
  return problem(c, "audit_unavailable", {}, { headers: { "retry-after": "1" } });
}
