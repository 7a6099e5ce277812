/**
 * Runs the actions of agents: the desk checks the agent's rights, the conversation checks the state of the session and
 * decides the result.
 */
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { CommandChange } from "../conversation/session/rpc.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import { loadOf } from "./core/admission.ts";
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

/** Refusals that a repeated act may get only because its first call has already changed the session. */
const MAY_BE_REPEATS: ReadonlySet<string> = new Set(["not_open", "version_mismatch", "offer_over"]);

/** An act that was carried out. */
interface Done {
  readonly request: string;
  readonly isOverCapacity: boolean;
}

/** The dependencies of the acts. */
interface ActDeps {
  /** Seals the note of a transfer, which is stored with the command; null: it cannot be sealed. */
  readonly sealNote: (command: string, note: string) => string | null;
  /** Returns the change that a command of the last 24 hours made in a log of a conversation; null: none. */
  readonly change: (conversation: string, log: string, command: string) => Promise<CommandChange | null>;
}

/** Creates the desk's method that runs an action of an agent. */
export function createDeskActs(
  { desk, run, read }: DeskRunner,
  lists: Pick<DeskLists, "session">,
  { sealNote, change }: ActDeps,
): (act: DeskAct) => Promise<ActOutcome> {
  const done = new Map<string, Done>();
  const { entries, known, agents } = desk.tables;

  const remember = (id: string, outcome: Done): void => {
    done.set(id, outcome);
    const [oldest] = done.keys();
    if (done.size > MAX_REMEMBERED && oldest !== undefined) done.delete(oldest);
  };

  /**
   * Returns the refusal for the caller, with the assignee's name when another agent has been assigned; `done` when the
   * action assigns the session to the caller, who already serves it.
   */
  const explain = (act: DeskAct, refusal: { readonly reason: string }): ActRefusal | "done" => {
    const entry = entries.values.get(act.conversation);
    const isSame = entry?.log === act.log && entry.session.seq === act.session;
    const assignee = isSame && entry.session.status === "serving" ? entry.session.assignee : null;
    const isOutrun = ["version_mismatch", "wrong_status", "taken"].includes(refusal.reason);
    if (isOutrun && assignee !== null && entry?.version !== act.version) {
      if (assignee === act.agent) return gives(act.action) ? "done" : (refusal as ActRefusal);
      return { reason: "taken", assignee, name: agents.values.get(assignee)?.name ?? null };
    }
    // The caller gets the same answer whether the desk or the conversation finds that the session has ended.
    return refusal.reason === "not_open" ? { reason: "session_over" } : (refusal as ActRefusal);
  };

  /** Returns whether the agent who took the session now serves more than the capacity, for a repeat of the act. */
  const isOver = ({ agent, action }: DeskAct): boolean =>
    action.type === "take" &&
    agent !== null &&
    read((draft) => loadOf(draft, agent) > (draft.agents.get(agent)?.capacity ?? 0));

  /**
   * Returns whether the act had its effect before this object was constructed: an object that was evicted does not
   * remember it, the conversation does. Undefined: the conversation does not answer.
   */
  const wasDone = async (act: DeskAct, id: string): Promise<boolean | undefined> => {
    const { conversation, action } = act;
    const isOffer = action.type === "accept_offer";
    const log = isOffer ? (entries.values.get(conversation) ?? known.values.get(conversation))?.log : act.log;
    if (log === undefined) return false;
    try {
      const made = await change(conversation, log, isOffer ? action.offer : id);
      return made !== null && isChangeOf(act, made);
    } catch (error) {
      writeLog("desk_question_failed", { command: "repeat", error: errorName(error) });
      return undefined;
    }
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
      return answer(explained === "done" ? { isOverCapacity: isOver(act) } : explained);
    };
    if (!decided.ok) {
      const wasRun = MAY_BE_REPEATS.has(decided.error.reason) ? await wasDone(act, id) : false;
      if (wasRun === undefined) return answer({ reason: "no_answer" });
      if (!wasRun) return refuse(decided.error);
      const again = { isOverCapacity: isOver(act) };
      remember(id, { request, ...again });
      return answer(again);
    }
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
      const isRejected = rejectOffer(draft, request, action.offer);
      return isRejected ? ok({ command: null, isOverCapacity: false }) : err({ reason: "offer_over" });
    }
  }
}

/** Returns whether a change is the one that an act requests. */
function isChangeOf({ action, agent, session, version }: DeskAct, made: CommandChange): boolean {
  const isNamed = made.session === session && made.version === version + 1;
  switch (action.type) {
    case "take":
      return isNamed && made.action === "assigned" && made.assignee === agent;
    case "transfer_to_agent":
      return isNamed && made.action === "assigned" && made.assignee === action.target;
    case "transfer_to_team":
      return isNamed && made.action === "returned" && made.team === action.team;
    case "close":
      return isNamed && made.action === "closed";
    case "park":
      return isNamed && made.action === "parked";
    case "unpark":
      return isNamed && made.action === "unparked";
    case "accept_offer":
      return made.action === "assigned" && made.assignee === agent;
    case "reject_offer":
      return false;
  }
}

/** Returns whether the act assigns the session to the caller. */
function gives({ type }: DeskAction): boolean {
  return type === "take" || type === "accept_offer";
}
