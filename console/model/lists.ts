/** The lists as shown: which rows, in which order. The server alone decides which list a row is in. Pure. */
import type { OpenViewName } from "../../shared/api/desk/row.ts";
import type { ShownDeskRow } from "../../shared/api/socket.ts";

/** The lists of the page; `closed` is read page by page. */
export type ListName = "mine" | "queue" | "all" | "parked" | "closing" | "closed";

/** The lists that are always subscribed to. */
export const STANDING_VIEWS: readonly OpenViewName[] = ["mine", "parked", "queue", "closing"];

/** The sort orders of a list. */
export type Order = "waiting" | "newest" | "window";

const KEYS: Readonly<Record<Order, (row: ShownDeskRow) => number>> = {
  waiting: ({ session }) => timeOf(session.waitingSince) ?? Infinity,
  newest: ({ session }) => -(timeOf(session.lastMessageAt) ?? 0),
  window: ({ window }) => timeOf(window.expiresAt) ?? Infinity,
};

/**
 * Returns the rows of a list in order. The queue is always ordered by waiting time, longest first.
 *
 * @param query a part of the name, of the id's end or of the last line; empty: all
 */
export function listRows(
  rows: ReadonlyMap<string, ShownDeskRow>,
  view: OpenViewName,
  order: Order,
  query: string,
): readonly ShownDeskRow[] {
  const needle = query.trim().toLowerCase();
  const shown = [...rows.values()].filter((row) => row.views.includes(view) && (needle === "" || matches(row, needle)));
  const keyOf = view === "queue" ? queueKey : KEYS[order];
  return shown.sort((one, other) => keyOf(one) - keyOf(other) || (one.conversation < other.conversation ? -1 : 1));
}

/**
 * Keeps the order of rows while the pointer is over the list, so that a click opens the conversation under the pointer.
 * New rows go to the end, rows that left the list are dropped.
 */
export function keepOrder(rows: readonly ShownDeskRow[], kept: readonly string[]): readonly ShownDeskRow[] {
  const places = new Map(kept.map((conversation, index) => [conversation, index]));
  return rows.toSorted((one, other) => placeOf(one) - placeOf(other));
  function placeOf({ conversation }: ShownDeskRow): number {
    return places.get(conversation) ?? kept.length;
  }
}

function queueKey({ session }: ShownDeskRow): number {
  return timeOf(session.queuedAt) ?? Infinity;
}

function matches({ contact, line }: ShownDeskRow, needle: string): boolean {
  return [contact.name, contact.tail, line?.text].some((text) => text?.toLowerCase().includes(needle) ?? false);
}

function timeOf(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}
