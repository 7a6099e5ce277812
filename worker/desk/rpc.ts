/**
 * The methods of the `Desk` object: plain values that cross RPC. A conversation is named by the id of its object, 64
 * hex digits; an agent by its id; `null` in place of an agent names a caller with an API key, who has the rights of an
 * admin.
 */
import type { Role } from "../../shared/api/desk/agent.ts";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import type { RowJson } from "../../shared/api/rows.ts";
import type { Result } from "../../shared/base/result.ts";
import type { RobotFailure } from "../alerts/core/plan.ts";
import type { CommandRefusal } from "../conversation/core/session/apply.ts";
import type { SeenInput, Snapshot } from "../conversation/session/rpc.ts";
import type { LoginSummary } from "../people/rpc.ts";
import type { Agent, WantedPresence } from "./core/agent.ts";
import type { RequestRefusal } from "./core/requests.ts";
import type { Count, ListOrder, ViewName } from "./core/views.ts";

/** An agent as others see it. */
export interface AgentView extends Agent {
  readonly id: string;
  /** The presence that was chosen; `offline` when the agent has had no page open for the grace period. */
  readonly actual: WantedPresence["state"];
  /** The number of sessions that count towards the capacity. */
  readonly load: number;
}

/** A new agent. */
export interface AgentInput {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly teams: readonly string[];
  readonly capacity: number;
}

/** The changeable properties of an agent. */
export type AgentChange = Partial<Pick<Agent, "name" | "role" | "teams" | "capacity" | "isSuspended">>;

/** Why an agent cannot be stored as requested. */
export type AgentProblem =
  | { readonly reason: "no_agent" | "name_taken" }
  /** After the change no agent could manage agents. */
  | { readonly reason: "last_admin" };

/** The user of a conversation, without the user's id. */
export interface DeskContact {
  /** `channel:account`. */
  readonly account: string;
  /** The last four characters of the user's id. */
  readonly tail: string;
}

/** The report of a conversation after it has stored a record. */
export interface ConversationReport {
  readonly snapshot: Snapshot;
  readonly contact: DeskContact;
  /** The seq before `rows[0]`. */
  readonly from: number;
  /** The newest rows since the last acknowledged report, at most 50, as the API returns them. Kept in memory only. */
  readonly rows: readonly RowJson[];
}

/** The part of a list that is requested. */
export interface DeskListQuery {
  readonly view: ViewName;
  readonly order: ListOrder;
  readonly limit: number;
  /** `next` of the page before; absent: the first page. */
  readonly after?: string;
  /** Only sessions whose user's name or tail contains this, in any width and case. */
  readonly q?: string;
}

/** A page of a list. */
export interface DeskList {
  readonly rows: readonly DeskRow[];
  /** The cursor of the next page; null: this is the last one. */
  readonly next: string | null;
  readonly counts: Readonly<Partial<Record<ViewName, Count>>>;
  readonly rev: number;
  readonly epoch: string;
}

/** An unsent text of an agent. */
export interface Draft {
  /** The log for which the draft was written. */
  readonly log: string;
  readonly text: string;
  readonly mode: "reply" | "note";
  /** When the draft was saved, epoch ms. */
  readonly savedAt: number;
}

/** A request of an agent or of the holder of an API key. */
export interface DeskAct {
  readonly agent: string | null;
  /** Chosen by the caller: a repeat with the same id has no further effect. */
  readonly id: string;
  readonly conversation: string;
  readonly log: string;
  /** The seq of the session, and the version on which the caller decided. */
  readonly session: number;
  readonly version: number;
  readonly action: DeskAction;
}

/** The operations on a session. */
export type DeskAction =
  | { readonly type: "take" }
  | { readonly type: "transfer_to_agent"; readonly target: string; readonly note: string | null }
  | { readonly type: "transfer_to_team"; readonly team: string; readonly note: string | null }
  /** `seenSeq`: the newest row that the caller has seen. */
  | { readonly type: "close"; readonly seenSeq: number }
  /** `until`: epoch ms. */
  | { readonly type: "park"; readonly until: number }
  | { readonly type: "unpark" }
  /** `offer`: the id of the offer in the row. */
  | { readonly type: "accept_offer" | "reject_offer"; readonly offer: string };

/** Why an act was not carried out. */
export type ActRefusal =
  /** Another agent serves the session; `name` is null when that agent was removed. */
  | { readonly reason: "taken"; readonly assignee: string; readonly name: string | null }
  | RequestRefusal
  | Exclude<CommandRefusal, { readonly reason: "taken" }>
  | { readonly reason: "offer_over" }
  /** The log is another one, or was erased. */
  | { readonly reason: "gone" }
  /** The conversation did not answer in time: whether the act has an effect is unknown; repeat it with the same id. */
  | { readonly reason: "no_answer" };

/** The result of an act; `row` is the session after it, null when none is open or the caller may not see it. */
export type ActOutcome = { readonly row: DeskRow | null } & (
  | {
      readonly ok: true;
      /** Whether the agent now serves more sessions than the capacity. */
      readonly isOverCapacity: boolean;
    }
  | { readonly ok: false; readonly refusal: ActRefusal }
);

/** The result of rebuilding one page. */
export interface RebuiltPage {
  /** The cursor of the next page; null: this was the last one. */
  readonly next: string | null;
  /** The number of conversations called, and the number of those that did not answer: repeat the page for them. */
  readonly asked: number;
  readonly failed: number;
}

/** The object as seen by its callers. */
export interface DeskRpc {
  /** Returns the agents in the order of their names. */
  listAgents(): Promise<readonly AgentView[]>;
  findAgent(id: string): Promise<AgentView | null>;
  /** Finds an agent by name; width and case do not matter. */
  findAgentByName(name: string): Promise<AgentView | null>;
  /**
   * Stores a new agent, who is on a break until choosing another presence. A repeat with the same id changes nothing.
   */
  addAgent(input: AgentInput): Promise<Result<AgentView, AgentProblem>>;
  /**
   * Changes an agent. When the rights have changed, the sockets of the agent's pages are closed; the pages reconnect.
   */
  changeAgent(id: string, change: AgentChange): Promise<Result<AgentView, AgentProblem>>;
  /** Stores what the list of agents shows of a login, after an invite was made or used. */
  recordLogin(agent: string, login: LoginSummary): Promise<void>;
  /** Closes the pages of an agent, or those of one sign-in. */
  closeSockets(agent: string, reason: "signed_out" | "rights_changed", signIn?: string): Promise<void>;
  choosePresence(
    agent: string,
    wanted: Pick<WantedPresence, "state" | "reason">,
  ): Promise<Result<AgentView, AgentProblem>>;

  /** Receives the report of a conversation; resolves when it is stored. */
  notify(conversation: string, report: ConversationReport): Promise<void>;
  /** Deletes all data of a generation and of earlier ones; resolves when the deletion is stored. */
  confirmErased(conversation: string, generation: number): Promise<void>;

  list(agent: string | null, query: DeskListQuery): Promise<DeskList>;
  /** Returns an open session; null: none is open, or the agent may not see it. */
  session(agent: string | null, conversation: string): Promise<DeskRow | null>;
  /** Returns whether an agent may see a conversation: its open session or, without one, the newest closed one. */
  maySee(agent: string, conversation: string): Promise<boolean>;
  /** Runs an act: sends the command to the conversation and returns its answer. */
  act(request: DeskAct): Promise<ActOutcome>;
  /**
   * Returns why an agent may not reply now, in the open session or after the newest closed one, or ok; the conversation
   * decides who gets the session.
   */
  authorizeReply(agent: string, conversation: string): Promise<Result<null, RequestRefusal>>;
  /**
   * Records that an agent has read the session's rows; ignored for agents other than the assignee.
   *
   * @returns false when the log is another one, or was erased; true also when the call was ignored
   */
  seen(agent: string, conversation: string, input: SeenInput): Promise<boolean>;

  /** Stores the agent's draft; null deletes it. Ignored for an erased log, and for a text that cannot be sealed. */
  saveDraft(
    agent: string,
    conversation: string,
    log: string,
    draft: Pick<Draft, "text" | "mode"> | null,
  ): Promise<void>;
  findDraft(agent: string, conversation: string): Promise<Draft | null>;

  /** Returns the last failure of each robot of alerts that has not accepted a message since, by name. */
  robotFailures(): Promise<Readonly<Record<string, RobotFailure>>>;
  /** Removes the failure of a robot that has accepted a test message. */
  clearRobotFailure(robot: string): Promise<void>;

  /**
   * Reads and applies the state of the conversations on one page of the archive's directory.
   *
   * @param cursor `next` of the call before; null: the first page
   */
  rebuild(cursor: string | null): Promise<RebuiltPage>;
  /**
   * Reads the state of a conversation at once instead of waiting for its next report.
   *
   * @returns the open session, as `session` does; when the conversation does not answer, as the desk knew it before
   */
  refresh(agent: string | null, conversation: string, contact: DeskContact): Promise<DeskRow | null>;
}
