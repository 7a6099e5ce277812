/** Converts refusals of the desk and of conversations to problems. */
import type { Context } from "hono";
import type { DeskRow } from "../../../../shared/api/desk/row.ts";
import type { CommandRefusal } from "../../../conversation/core/session/apply.ts";
import { toWindowJson } from "../../../conversation/reading/message-json.ts";
import type { CommandAnswer } from "../../../conversation/session/rpc.ts";
import type { RequestRefusal } from "../../../desk/core/requests.ts";
import type { ActRefusal } from "../../../desk/rpc.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { deskOf } from "../../http/auth/people.ts";
import { problem } from "../../http/response/problem.ts";
import { agentIdOf } from "./desk-caller.ts";

/** The data about a refused request that a problem may contain. */
export interface RefusedRequest {
  /** The session as it is now; null: none is open, or the caller may not see it. */
  readonly row: DeskRow | null;
  /** The agent to whom the session was to be transferred. */
  readonly target?: string;
  /** The seq of the newest row that the caller has seen. */
  readonly seenSeq?: number;
}

/** Returns the problem response for a refused act. */
export function refuseAct(c: Context<HttpEnv>, refusal: ActRefusal, request: RefusedRequest): Response {
  const { row, target = "", seenSeq = 0 } = request;
  switch (refusal.reason) {
    case "taken":
      return "assignee" in refusal
        ? problem(c, "taken", { assignee: refusal.assignee, name: refusal.name })
        : problem(c, "session_changed", { row });
    case "not_open":
    case "session_over":
      return problem(c, "session_over", { row });
    case "version_mismatch":
    case "wrong_status":
    case "waiting":
    case "reassigned":
    case "muted":
      return problem(c, "session_changed", { row });
    case "stale":
      return problem(c, "stale", { from: seenSeq, to: Math.max(seenSeq, row?.session.lastUserSeq ?? 0) });
    case "id_in_use":
    case "idempotency_mismatch":
      return problem(c, "idempotency_mismatch", {});
    case "no_right":
      return problem(c, "forbidden", {});
    case "no_agent":
      // The caller is no longer an active agent: suspended after the request was authenticated.
      return refusal.of === "agent" ? problem(c, "forbidden", {}) : problem(c, "no_agent", { agent: target });
    case "other_team":
      return refusal.of === "agent" ? problem(c, "forbidden", {}) : problem(c, "other_team", { agent: target });
    case "absent":
      return refusal.of === "agent" ? problem(c, "not_present", {}) : problem(c, "agent_absent", { agent: target });
    case "full":
      return problem(c, "over_capacity", { agent: target });
    case "window_closed":
    case "quota_used":
    case "hold_full":
      return problem(c, refusal.reason, row ? { window: row.window } : {});
    case "unsplittable":
      return problem(c, "unsplittable", { field: "content" });
    case "no_answer":
      return problem(c, "try_again", {}, { headers: { "retry-after": "1" } });
    case "sending":
    case "held":
    case "not_held":
    case "handed_over":
    case "no_team":
    case "same_agent":
    case "same_team":
    case "transfer_limit":
    case "park_end":
    case "offer_over":
    case "gone":
      return problem(c, refusal.reason, {});
  }
}

/** Returns the problem response for a request that the desk refused before the conversation was called. */
export function refuseRequest(c: Context<HttpEnv>, refusal: RequestRefusal): Response {
  return refuseAct(c, refusal, { row: null });
}

/** Returns the problem response for a command that the conversation refused, with the session as the desk shows it. */
export async function refuseRefused(
  c: Context<HttpEnv>,
  answer: Extract<CommandAnswer, { readonly ok: false }>,
  conversation: string,
  seenSeq = 0,
): Promise<Response> {
  const { snapshot, refusal } = answer;
  if (snapshot === undefined) return problem(c, "gone", {});
  switch (refusal.reason) {
    case "taken": {
      if (!("assignee" in refusal)) break;
      const { assignee } = refusal;
      return problem(c, "taken", { assignee, name: (await deskOf(c).findAgent(assignee))?.name ?? null });
    }
    case "stale":
      return problem(c, "stale", { from: seenSeq, to: snapshot.to });
    case "window_closed":
    case "quota_used":
    case "hold_full":
      return problem(c, refusal.reason, { window: toWindowJson(snapshot.window) });
    default:
  }
  const row = await deskOf(c).session(agentIdOf(c), conversation);
  return refuseAct(c, toActRefusal(refusal), { row });
}

/** Converts a refusal; `taken` becomes `reassigned` (a changed session), because the agent's name is not known here. */
function toActRefusal(refusal: CommandRefusal): ActRefusal {
  return refusal.reason === "taken" ? { reason: "reassigned" } : refusal;
}
