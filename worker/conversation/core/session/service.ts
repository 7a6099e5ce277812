/**
 * Service by agents of the desk, as the transitions of a conversation use it. The session machine is passed in: a
 * conversation that has no sessions neither loads nor runs it.
 */
import type { Inbound } from "../../../../shared/message/inbound.ts";
import type { Candidate } from "../candidate.ts";
import type { TransitionContext } from "../outbox/items.ts";
import type { RowWriter } from "../rows.ts";
import type { ConversationState } from "../state.ts";
import type { QueueEntry } from "./events.ts";
import type { Measuring } from "./sums.ts";

/** What the settings say about service by agents; plain values that cross the RPC boundary. */
export interface DeskTerms {
  /** It is within business hours now. */
  readonly isOpen: boolean;
  /** The business hours, JSON: read only when an interval is measured. Absent: always open. */
  readonly hours?: string;
}

/** Service by agents, in one transition. */
export interface Service {
  /** Where a session without an agent waits. */
  readonly queue: QueueEntry;
  readonly measuring: Measuring;
  readonly machine: SessionMachine;
}

/** A user message that is already a row, with what follows from it. */
export interface ServedMessage {
  /** The seq of its row. */
  readonly seq: number;
  /** When the user wrote it, epoch ms. */
  readonly at: number;
  /** It rates the closed session. */
  readonly score?: number;
  /** What automation answers; its messages are queued already, or blocked. */
  readonly chosen: Candidate | undefined;
  /** By the settings, agents of the desk serve: a session begins when none is open. */
  readonly isDesk: boolean;
  /** It goes to the platform's own agents. */
  readonly isHandedOver: boolean;
}

/** The session machine (`machine.ts`). Each function returns the same state when nothing changes. */
export interface SessionMachine {
  /** The score, if a user message rates the closed session. */
  readonly readScore: (state: ConversationState, inbound: Inbound, at: number, now: number) => number | undefined;
  /** The user wrote. */
  readonly receive: (
    state: ConversationState,
    writer: RowWriter,
    message: ServedMessage,
    service: Service,
    now: number,
  ) => ConversationState;
  /** Messages left the queue: outcomes of automatic replies, of agents' replies and of the desk's own texts. */
  readonly follow: (
    before: ConversationState,
    after: ConversationState,
    writer: RowWriter,
    service: Service,
    now: number,
  ) => ConversationState;
  /** Blocks what the session does not allow any more: of automation, of a former agent, and outdated texts. */
  readonly dropRefused: (state: ConversationState, writer: RowWriter, context: TransitionContext) => ConversationState;
}
