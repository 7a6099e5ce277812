/**
 * Runs the actions of agents: the desk checks the agent's rights, the conversation checks the state of the session and
 * decides the result.
 */
import { err, ok, type Result } from "../../shared/base/result.ts";
import { API_ACTOR } from "./core/agent.ts";
import { acceptOffer, rejectOffer } from "./core/assignment.ts";
import {
  commandIdOf,
  requestClose,
  requestPark,
  requestTake,
  requestTransferToAgent,
  requestTransferToTeam,
  type RequestRefusal,
} from "./core/requests.ts";
import type { Draft } from "./core/state.ts";
import type { DeskLists } from "./lists.ts";
import type { ActOutcome, ActRefusal, DeskAct, DeskAction } from "./rpc.ts";
import type { DeskRunner } from "./runner.ts";

/** The number of cached results; a repeated call returns the cached result of the first one. */
const MAX_REMEMBERED = 1_000;

/** The decision: the id of the command whose answer is the result; null: the act needs no command. */
type Decided = Result<
  { readonly command: string | null; readonly isOverCapacity: boolean },
  RequestRefusal | { readonly reason: "offer_over" }
>;

/** An act that was carried out. */
interface Done {
  readonly request: string;
  readonly isOverCapacity: boolean;
}

/**
 * Creates the method.
 *
 * @param sealNote seals the note of a transfer, which is stored with the command; null: it cannot be sealed
 */
export function createDeskActs(
  { desk, run }: DeskRunner,
  lists: Pick<DeskLists, "session">,
  sealNote: (command: string, note: string) => string | null,
): (act: DeskAct) => Promise<ActOutcome> {
  const done = new Map<string, Done>();

  const remember = (id: string, outcome: Done): void => {
    done.set(id, outcome);
    const [oldest] = done.keys();
    if (done.size > MAX_REMEMBERED && oldest !== undefined) done.delete(oldest);
  };

  /** Adds the name of the agent when the refusal is caused by another agent's assignment. */
  const explain = (act: DeskAct, refusal: { readonly reason: string }): ActRefusal | "done" => {
    const entry = desk.tables.entries.values.get(act.conversation);
    const isSame = entry?.log === act.log && entry.session.seq === act.session;
    const assignee = isSame && entry.session.status === "serving" ? entry.session.assignee : null;
    const isOutrun = ["version_mismatch", "wrong_status", "taken"].includes(refusal.reason);
    if (isOutrun && assignee !== null && entry?.version !== act.version) {
      if (assignee === act.agent) return gives(act.action) ? "done" : (refusal as ActRefusal);
      return { reason: "taken", assignee, name: desk.tables.agents.values.get(assignee)?.name ?? null };
    }
    // The caller gets the same answer whether the desk or the conversation finds that the session has ended.
    return refusal.reason === "not_open" ? { reason: "session_over" } : (refusal as ActRefusal);
  };

  return async (act) => {
    const id = commandIdOf({ ...act, agent: act.agent ?? API_ACTOR });
    const answer = (outcome: { readonly isOverCapacity: boolean } | ActRefusal): ActOutcome => {
      const row = lists.session(act.agent, act.conversation);
      return "reason" in outcome ? { ok: false, refusal: outcome, row } : { ok: true, ...outcome, row };
    };
    const request = JSON.stringify([act.log, act.session, act.version, act.action]);
    const repeated = done.get(id);
    if (repeated !== undefined)
      return answer(
        repeated.request === request ? { isOverCapacity: repeated.isOverCapacity } : { reason: "id_in_use" },
      );
    const { action } = act;
    const note = "note" in action && action.note !== null ? sealNote(id, action.note) : null;
    const { value: decided, answers } = run((draft) => decide(draft, act, id, note));
    const refuse = (refusal: { readonly reason: string }): ActOutcome => {
      const explained = explain(act, refusal);
      return answer(explained === "done" ? { isOverCapacity: false } : explained);
    };
    if (!decided.ok) return refuse(decided.error);
    const { command, isOverCapacity } = decided.value;
    if (command !== null) {
      const asked = await answers.get(command);
      if (asked === undefined || asked === null) return answer({ reason: "no_answer" });
      if (!asked.ok) return refuse(asked.refusal);
    }
    remember(id, { request, isOverCapacity });
    return answer({ isOverCapacity });
  };
}

function decide(draft: Draft, act: DeskAct, id: string, sealedNote: string | null): Decided {
  const { action } = act;
  const agent = act.agent ?? API_ACTOR;
  const { conversation, log, session, version } = act;
  const request = { id: act.id, agent, conversation, log, session, version };
  const asked = (outcome: Result<{ readonly isOverCapacity: boolean }, RequestRefusal>): Decided =>
    outcome.ok ? ok({ command: id, ...outcome.value }) : outcome;
  switch (action.type) {
    case "take":
      return asked(requestTake(draft, request));
    case "transfer_to_agent":
      return asked(requestTransferToAgent(draft, { ...request, target: action.target, sealedNote }));
    case "transfer_to_team":
      return asked(requestTransferToTeam(draft, { ...request, team: action.team, sealedNote }));
    case "close":
      return asked(requestClose(draft, { ...request, seenSeq: action.seenSeq }));
    case "park":
      return asked(requestPark(draft, { ...request, until: action.until }));
    case "unpark":
      return asked(requestPark(draft, { ...request, until: null }));
    case "accept_offer": {
      const accepted = acceptOffer(draft, agent, action.offer);
      if (accepted.ok) return ok({ command: action.offer, isOverCapacity: false });
      const { reason } = accepted.error;
      return err(reason === "offer_over" ? { reason } : { reason, of: "agent" });
    }
    case "reject_offer": {
      const isRejected = rejectOffer(draft, agent, action.offer);
      return isRejected ? ok({ command: null, isOverCapacity: false }) : err({ reason: "offer_over" });
    }
  }
}

/** Returns whether the act assigns the session to the caller. */
function gives({ type }: DeskAction): boolean {
  return type === "take" || type === "accept_offer";
}
