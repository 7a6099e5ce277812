/**
 * A socket of a page: the runtime's interface, the state that survives an eviction of the object, and the state that
 * does not.
 */
import * as v from "valibot";
import { ConversationIdSchema, OPEN_VIEWS } from "../../../shared/api/desk/row.ts";
import { PING_INTERVAL_MS, type ServerFrame } from "../../../shared/api/socket.ts";
import { fullBudget, type Budget } from "./core/budget.ts";
import type { OpenConversation, RowsFrame } from "./core/pending-rows.ts";
import type { Trail } from "./core/trail.ts";

/** A socket as the runtime provides it. */
export interface PageSocket {
  /** The id of the socket. */
  readonly id: string;
  /** May throw when the socket is closing. */
  readonly send: (text: string) => void;
  readonly close: (code: number, reason: string) => void;
  /** Stores the attachment with the socket. */
  readonly keep: (attachment: Attachment) => void;
  /** Returns the value that is stored with the socket. */
  readonly attached: () => unknown;
  /** Returns when the runtime last answered a ping, epoch ms; 0: never. */
  readonly pingedAt: () => number;
  readonly isOpen: () => boolean;
}

/** The maximum number of pages of one agent. */
const MAX_PAGES = 10;
/**
 * The maximum number of sockets of one agent: each page may connect again before the desk has noticed that its former
 * socket is broken.
 */
const MAX_SOCKETS = 2 * MAX_PAGES;

const AttachmentSchema = v.object({
  agent: v.string(),
  /** The id of the sign-in. */
  signIn: v.string(),
  /** When the socket was opened, epoch ms. */
  at: v.number(),
  /** The page's id; null until `hello`. */
  page: v.nullable(v.string()),
  views: v.array(v.picklist(OPEN_VIEWS)),
  open: v.nullable(v.object({ conversation: ConversationIdSchema, log: v.string() })),
});
/** The state that is stored with a socket: less than 1 KB. */
export type Attachment = v.InferOutput<typeof AttachmentSchema>;

/** A socket and its state in memory. */
export interface Connection {
  readonly socket: PageSocket;
  readonly agent: string;
  readonly signIn: string;
  readonly at: number;
  page: string | null;
  /** The trail of the page's lists; null until `hello`. */
  trail: Trail | null;
  open: OpenConversation | null;
  /** Frames that wait for the next flush. */
  frames: ServerFrame[];
  rows: readonly RowsFrame[];
  areListsDue: boolean;
  isPeopleDue: boolean;
  /** The newest list of agents that the page was sent, as JSON. */
  people: string;
  /** The newest list of viewers of the open conversation that the page was sent, as JSON. */
  who: string;
  /** When the page last sent a message, epoch ms. */
  heardAt: number;
  typingUntil: number;
  budget: Budget;
}

/** Builds the state of a new socket, or of one that was attached before an eviction. */
export function createConnection(socket: PageSocket, attachment: Attachment, now: number): Connection {
  const { agent, signIn, at, page } = attachment;
  return {
    socket,
    agent,
    signIn,
    at,
    page,
    trail: null,
    open: null,
    frames: [],
    rows: [],
    areListsDue: false,
    isPeopleDue: false,
    people: "",
    who: NO_VIEWERS,
    heardAt: at,
    typingUntil: 0,
    budget: fullBudget(now),
  };
}

/** Close codes of the socket. */
export const CODES = {
  replaced: 4000,
  signed_out: 4001,
  rights_changed: 4002,
  protocol: 4003,
  timed_out: 4008,
  bad_frame: 4009,
  too_many_pages: 4010,
  too_many: 4029,
} as const;

/** Closes a socket. */
export function closeSocket({ socket }: Connection, reason: keyof typeof CODES): void {
  if (socket.isOpen()) socket.close(CODES[reason], reason);
}

/** The empty list of viewers, as JSON, which a page assumes for a conversation that it has just opened. */
export const NO_VIEWERS = "[[],[]]";

/** Reads the attachment of a socket; undefined when another version wrote it. */
export function readAttachment(socket: PageSocket): Attachment | undefined {
  const parsed = v.safeParse(AttachmentSchema, socket.attached());
  return parsed.success ? parsed.output : undefined;
}

/** Stores the state that must survive an eviction of the object. */
export function keepAttachment({ socket, agent, signIn, at, page, trail, open }: Connection): void {
  socket.keep({
    agent,
    signIn,
    at,
    page,
    views: [...(trail?.subscription.views ?? [])],
    open: open && { conversation: open.conversation, log: open.log },
  });
}

/** Returns when a page was last active, epoch ms. */
export function aliveAt({ socket, heardAt }: Connection): number {
  return Math.max(heardAt, socket.pingedAt());
}

/**
 * Returns the page of the agent to close when another one has said hello; undefined: none, because fewer than the
 * maximum are open.
 *
 * @param greeted the other page, after the socket that it replaces was removed
 */
export function findSurplusPage(
  connections: readonly Connection[],
  greeted: Connection,
  now: number,
): Connection | undefined {
  const { agent } = greeted;
  const others = connections.filter((each) => each !== greeted && each.agent === agent && each.page !== null);
  return others.length < MAX_PAGES ? undefined : findLeastUsed(others, now);
}

/**
 * Returns the socket of the agent to close before another one is accepted; undefined: none, because fewer than the
 * maximum are open. Sockets of pages that have not said hello are closed first.
 */
export function findSurplusSocket(
  connections: readonly Connection[],
  agent: string,
  now: number,
): Connection | undefined {
  const own = connections.filter((each) => each.agent === agent);
  if (own.length < MAX_SOCKETS) return undefined;
  const unnamed = own.filter(({ page }) => page === null);
  return findLeastUsed(unnamed, now) ?? findLeastUsed(own, now);
}

/** Returns a socket that does not ping any more, otherwise the one opened first. */
function findLeastUsed(own: readonly Connection[], now: number): Connection | undefined {
  const silent = own.filter((connection) => now - aliveAt(connection) > 2 * PING_INTERVAL_MS);
  const oldest = (connections: readonly Connection[]) => connections.toSorted((one, other) => one.at - other.at)[0];
  return oldest(silent) ?? oldest(own);
}
