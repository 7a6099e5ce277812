/**
 * What the transitions of a conversation need to update sessions with human agents. The session machine is passed in: a
 * conversation without sessions neither loads nor runs it.
 */
import type { InboundEvent } from "../../../../shared/message/inbound.ts";
import type { Candidate } from "../candidate.ts";
import type { TransitionContext } from "../outbox/items.ts";
import type { RowWriter } from "../rows.ts";
import type { ConversationState } from "../state.ts";
import type { QueueEntry } from "./events.ts";
import type { Measuring } from "./sums.ts";

/** The settings of an account whose users are served by human agents; plain values that cross RPC. */
export interface DeskTerms {
  /** Whether it is within business hours now. */
  readonly isOpen: boolean;
  /** The business hours as JSON, parsed only when an interval is measured. Absent: always open. */
  readonly hours?: string;
  /** The text that thanks the user for a rating, with its variables filled; absent: none. */
  readonly thanks?: string;
}

/** What one transition needs to update sessions with human agents. */
export interface Service {
  /** Whether, by the caller's settings, agents of the desk serve users. */
  readonly isDesk: boolean;
  /** The queue in which a session without an agent waits. */
  readonly queue: QueueEntry;
  readonly measuring: Measuring;
  /** The text that thanks the user for a rating; absent: none. */
  readonly thanks?: string;
  readonly machine: SessionMachine;
}

/** A user message that is already a row, with the decisions about it. */
export interface ServedMessage {
  /** The seq of its row. */
  readonly seq: number;
  /** When the user wrote it, epoch ms. */
  readonly at: number;
  /** The score from 1 to 5, if the message rates the closed session. */
  readonly score?: number;
  /** Automation's decision; its messages are already queued, or blocked. */
  readonly chosen: Candidate | undefined;
  /** Whether, by the settings, agents of the desk serve users: a session begins when none is open. */
  readonly isDesk: boolean;
  /** Whether the message is handed over to the platform's own agents. */
  readonly isHandedOver: boolean;
}

/** The session machine (`machine.ts`). Functions that return a state return the same object when nothing changes. */
export interface SessionMachine {
  /** Returns the score if a user message rates the closed session; otherwise undefined. */
  readonly readScore: (state: ConversationState, inbound: InboundEvent, at: number, now: number) => number | undefined;
  /** Records a user message, and queues the thanks for a rating. */
  readonly receive: (
    state: ConversationState,
    writer: RowWriter,
    message: ServedMessage,
    service: Service,
    context: TransitionContext,
  ) => ConversationState;
  /**
   * Applies the outcomes of messages that left the queue: automatic replies, agents' replies and the desk's own texts.
   */
  readonly follow: (
    before: ConversationState,
    after: ConversationState,
    writer: RowWriter,
    service: Service,
    now: number,
  ) => ConversationState;
  /** Blocks messages that the session no longer allows: those of automation, of a former agent, and outdated texts. */
  readonly dropRefused: (state: ConversationState, writer: RowWriter, context: TransitionContext) => ConversationState;
}

/**
 * Returns whether a conversation uses the session machine: because of its settings, or because it has had a session.
 */
export function needsSessions({ sessions }: ConversationState, desk?: DeskTerms): boolean {
  return desk !== undefined || sessions !== undefined;
}
