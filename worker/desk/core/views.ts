/**
 * Lists and their counts: filters on the open sessions, with the same conditions for both. Sessions that an agent may
 * not see are in no list and no count. Closed sessions are in the archive. Pure.
 */
import { isInTeam, may, type Ownership } from "../../../shared/api/desk/rights.ts";
import { findActor, type Agent } from "./agent.ts";
import { ownershipOf, type Entry } from "./entry.ts";
import { reservedIn, type Desk } from "./state.ts";

/** A reply window that ends within this time is about to close, milliseconds. */
export const CLOSING_SOON_MS = 2 * 3_600_000;

/** The properties of a session that determine the lists it belongs to. */
interface Facts extends Ownership {
  readonly status: Entry["session"]["status"];
  readonly isParked: boolean;
  /** Whether the session's reply window is about to close. */
  readonly isClosing: boolean;
}

type Condition = (facts: Facts, id: string, agent: Agent) => boolean;

const VIEWS = {
  mine: ({ assignee, isParked }, id) => assignee === id && !isParked,
  parked: ({ assignee, isParked }, id) => assignee === id && isParked,
  queue: ({ status }) => status === "queued",
  team: ({ status, team }, _id, agent) => status !== "bot" && team !== null && isInTeam(agent, team),
  all: ({ status }) => status !== "bot",
  closing: ({ status, isClosing }) => status !== "bot" && isClosing,
  bot: ({ status }) => status === "bot",
} as const satisfies Readonly<Record<string, Condition>>;

/** The name of a list. */
export type ViewName = keyof typeof VIEWS;

/** The names of all lists. */
export const VIEW_NAMES = Object.keys(VIEWS) as readonly ViewName[];

/** A session in a list. */
export interface ListRow {
  readonly conversation: string;
  readonly log: string;
  readonly version: number;
  readonly session: Entry["session"];
  readonly windowUntil: number | null;
  /** The current offer to an agent; null: none. */
  readonly offer: { readonly id: string; readonly agent: string; readonly expiresAt: number } | null;
}

/** The orders of a list: longest wait first, newest message first, reply window that ends next first. */
export type ListOrder = "waiting" | "newest" | "window";

const SORT_KEYS: Readonly<Record<ListOrder, (row: ListRow) => number>> = {
  waiting: ({ session }) => session.waitingSince ?? Infinity,
  newest: ({ session }) => -session.lastMessageAt,
  window: ({ windowUntil }) => windowUntil ?? Infinity,
};

/** The number of sessions in a list, and how many of them have messages that no agent has seen. */
export interface Count {
  readonly total: number;
  readonly unread: number;
}

/** The number of sessions for each combination of properties. */
export type Tally = readonly { readonly facts: Facts; readonly total: number; readonly unread: number }[];

/** A position in a list: the sort key of a row and its conversation. */
export interface ListPlace {
  readonly key: number;
  readonly conversation: string;
}

/** The part of a list that is returned. */
export interface ListQuery {
  readonly view: ViewName;
  readonly order: ListOrder;
  /** The maximum number of rows. */
  readonly limit: number;
  /** Only the rows after this place; absent: from the first row on. */
  readonly after?: ListPlace | undefined;
  /** Only conversations for which this function returns true; absent: all. */
  readonly matches?: ((conversation: string) => boolean) | undefined;
}

/** Returns the place of a row in a list of this order. */
export function placeOf(order: ListOrder, row: ListRow): ListPlace {
  return { key: SORT_KEYS[order](row), conversation: row.conversation };
}

/**
 * Returns the sessions of a list that the query selects and the agent may see, in order; none for an unknown or
 * suspended agent.
 *
 * @param id an agent, or `API_ACTOR`
 */
export function listView({ tables }: Desk, id: string, query: ListQuery, now: number): readonly ListRow[] {
  const agent = findActor(tables.agents.values, id);
  if (agent === undefined) return [];
  const rows: { readonly key: number; readonly conversation: string; readonly entry: Entry }[] = [];
  const keyOf = SORT_KEYS[query.order];
  for (const [conversation, entry] of tables.entries.values)
    if (isInView(query.view, readFacts(entry, now), id, agent) && query.matches?.(conversation) !== false)
      rows.push({ key: keyOf({ conversation, ...entry, offer: null }), conversation, entry });
  rows.sort(comparePlaces);
  const { after } = query;
  const first = after === undefined ? 0 : rows.findIndex((row) => comparePlaces(row, after) > 0);
  if (first === -1) return [];
  const page = rows.slice(first, first + query.limit);
  return page.map(({ conversation, entry }) => toListRow(tables, conversation, entry));
}

function comparePlaces(one: ListPlace, other: ListPlace): number {
  if (one.key !== other.key) return one.key < other.key ? -1 : 1;
  if (one.conversation === other.conversation) return 0;
  return one.conversation < other.conversation ? -1 : 1;
}

/** Returns the lists among `views` that contain a session for an agent. */
export function findViews(
  entry: Entry,
  id: string,
  agent: Agent,
  views: readonly ViewName[],
  now: number,
): readonly ViewName[] {
  const facts = readFacts(entry, now);
  return views.filter((view) => isInView(view, facts, id, agent));
}

/** Returns the number of sessions for each combination of properties; the counts of every agent are its sums. */
export function tallySessions({ tables }: Desk, now: number): Tally {
  const groups = new Map<string, { facts: Facts; total: number; unread: number }>();
  for (const entry of tables.entries.values.values()) {
    const facts = readFacts(entry, now);
    const { status, isParked, isClosing, team, assignee } = facts;
    // The lengths make the key unambiguous for any names. It is built for each session, so it must cost little CPU.
    const key = `${status} ${String(isParked)} ${String(isClosing)} ${team?.length ?? "-"}:${team ?? ""} ${assignee?.length ?? "-"}:${assignee ?? ""}`;
    const group = groups.get(key) ?? { facts, total: 0, unread: 0 };
    group.total += 1;
    if (entry.session.unread > 0) group.unread += 1;
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Returns the counts of an agent's lists; empty for an unknown or suspended agent. */
export function countViews(
  { tables }: Desk,
  id: string,
  views: readonly ViewName[],
  tally: Tally,
): Readonly<Partial<Record<ViewName, Count>>> {
  const agent = findActor(tables.agents.values, id);
  const counts: Partial<Record<ViewName, Count>> = {};
  if (agent === undefined) return counts;
  for (const view of views) {
    const count = { total: 0, unread: 0 };
    for (const { facts, total, unread } of tally) {
      if (!isInView(view, facts, id, agent)) continue;
      count.total += total;
      count.unread += unread;
    }
    counts[view] = count;
  }
  return counts;
}

/** Returns a session as shown in lists. */
export function toListRow(tables: Desk["tables"], conversation: string, entry: Entry): ListRow {
  const { log, version, session, windowUntil } = entry;
  let offer: ListRow["offer"] = null;
  for (const id of tables.reservations.buckets.get(reservedIn(conversation)) ?? []) {
    const reservation = tables.reservations.values.get(id);
    if (reservation?.phase === "offered")
      offer = { id, agent: reservation.command.agent, expiresAt: reservation.expiresAt };
  }
  return { conversation, log, version, session, windowUntil, offer };
}

/**
 * Returns the time from which the reply window of a session counts as about to close, epoch ms; Infinity: the end is
 * unknown, or automation serves the session.
 */
export function closingSince({ session, windowUntil }: Pick<Entry, "session" | "windowUntil">): number {
  return windowUntil === null || session.status === "bot" ? Infinity : windowUntil - CLOSING_SOON_MS;
}

function isInView(view: ViewName, facts: Facts, id: string, agent: Agent): boolean {
  return VIEWS[view](facts, id, agent) && may(id, agent, "see", facts);
}

function readFacts(entry: Entry, now: number): Facts {
  const { session } = entry;
  return {
    ...ownershipOf(entry),
    status: session.status,
    isParked: session.status === "serving" && session.parkedUntil !== null,
    isClosing: closingSince(entry) <= now,
  };
}
