/**
 * Runs one decision of the desk: it changes a draft, then the current states are examined, the queue is processed and
 * the next alarm is computed, always in this function. The effects are returned as data, in the order in which an
 * object must execute them: alarm, rows, then calls. Pure (docs/design/0025-desk.md).
 */
import { drainQueue, endOffers } from "./assignment.ts";
import { attemptOf, type DeskCommand } from "./command.ts";
import { closeRefusedSockets, HEARTBEAT_INTERVAL_MS } from "./presence.ts";
import { KNOWN_MS, TOMBSTONE_MS } from "./snapshot.ts";
import {
  commit,
  openDraft,
  type Counters,
  type Desk,
  type DeskContext,
  type Draft,
  type StoredName,
  type StoredRow,
} from "./state.ts";
import type { TableDraft } from "./table.ts";
import { closingSince } from "./views.ts";
import { ASK_INTERVAL_MS, listWants, readLevels, type Want } from "./wants.ts";

/** What an object does after a decision. */
export type Effect =
  /** Sets the alarm, epoch ms. */
  | { readonly type: "alarm"; readonly at: number }
  | { readonly type: "store"; readonly row: StoredRow }
  | { readonly type: "delete"; readonly table: StoredName; readonly key: string }
  /** Calls a conversation, after the rows are stored; its answer is passed to `applyAnswer`. */
  | { readonly type: "ask"; readonly conversation: string; readonly command: DeskCommand }
  /** Closes a socket: its agent was removed or changed, or the socket no longer responds. */
  | { readonly type: "close_socket"; readonly socket: string }
  /** The session lists or the agents have changed: frames must be sent to the pages. */
  | { readonly type: "notify"; readonly lists: boolean; readonly people: boolean };

/** A decision. `commit` applies it, after rows and alarm were stored in the same event. */
export interface DeskDecision<Value> {
  readonly value: Value;
  readonly effects: readonly Effect[];
  readonly commit: () => void;
}

/** Runs a decision and returns its value and effects; nothing is changed before `commit`. */
export function transact<Value>(
  desk: Desk,
  context: DeskContext,
  decide: (draft: Draft) => Value,
): DeskDecision<Value> {
  const draft = openDraft(desk, context);
  const value = decide(draft);
  settle(draft);
  countRevisions(draft);
  return { value, effects: effectsOf(draft, desk.counters), commit: () => commit(desk, draft) };
}

function settle(draft: Draft): void {
  const hasChanged = (): boolean => [draft.agents, draft.sockets, draft.graces].some(({ changes }) => changes.size > 0);
  if (draft.isWhole || hasChanged()) closeRefusedSockets(draft);
  endOffers(draft);
  draft.isWhole ||= hasChanged();
  if (draft.isWhole) forget(draft);
  drainQueue(draft);
  // An existing alarm is kept; when everything is examined, it is computed again.
  let armedAt = draft.isWhole ? Infinity : draft.counters.armedAt;
  const arm = (at: number): void => {
    armedAt = Math.min(armedAt, at);
  };
  askWhatIsDue(draft, arm);
  armForTimes(draft, arm);
  draft.counters = { ...draft.counters, armedAt };
}

/** Sends the commands that are due, and sets the alarm for the others and for their repeats. */
function askWhatIsDue(draft: Draft, arm: (at: number) => void): void {
  const { now } = draft.context;
  const levels = readLevels(draft);
  const wanted = new Set<string>();
  const take = ({ at, intervalMs, conversation, command }: Want): void => {
    const attempt = attemptOf(command);
    wanted.add(attempt);
    const dueAt = Math.max(at, draft.asked.get(attempt) ?? 0);
    if (dueAt > now) {
      arm(dueAt);
      return;
    }
    draft.asks.push({ conversation, command });
    draft.asked.set(attempt, now + intervalMs);
    arm(now + intervalMs);
  };
  examine(draft, draft.reservations, (reservation) => {
    if (reservation.phase === "asking") take({ at: 0, intervalMs: ASK_INTERVAL_MS, ...reservation });
    else arm(reservation.expiresAt);
  });
  examine(draft, draft.entries, (entry, conversation) => {
    for (const want of listWants(levels, conversation, entry)) take(want);
  });
  if (draft.isWhole)
    draft.asked.forEach((_at, attempt) => {
      if (!wanted.has(attempt)) draft.asked.remove(attempt);
    });
}

/**
 * Sets the alarm for the end of grace periods, the next check of the sockets, reply windows that are about to close,
 * and the expiry of tombstones and of log positions without an open session.
 */
function armForTimes(draft: Draft, arm: (at: number) => void): void {
  examine(draft, draft.graces, (until) => {
    if (until > draft.context.now) arm(until);
  });
  examine(draft, draft.sockets, () => arm(draft.counters.examinedAt + HEARTBEAT_INTERVAL_MS));
  examine(draft, draft.entries, (entry) => {
    const at = closingSince(entry);
    if (at > draft.context.now) arm(at);
  });
  examine(draft, draft.known, ({ at }) => arm(at + KNOWN_MS));
  examine(draft, draft.tombstones, ({ at }) => arm(at + TOMBSTONE_MS));
}

/** Visits the changed values, or all of them: values that did not change were examined before. */
function examine<V>(draft: Draft, table: TableDraft<V>, visit: (value: V, key: string) => void): void {
  if (draft.isWhole) table.forEach(visit);
  else for (const [key, value] of table.changes) if (value !== undefined) visit(value, key);
}

/** Removes expired tombstones and expired log positions of conversations without an open session. */
function forget(draft: Draft): void {
  const { now } = draft.context;
  draft.tombstones.forEach(({ at }, conversation) => {
    if (at + TOMBSTONE_MS <= now) draft.tombstones.remove(conversation);
  });
  draft.known.forEach(({ at }, conversation) => {
    if (at + KNOWN_MS > now) return;
    draft.known.remove(conversation);
    const floor = Math.max(draft.counters.floor, draft.revs.get(conversation) ?? 0);
    draft.revs.remove(conversation);
    draft.counters = { ...draft.counters, floor };
  });
}

/** Assigns the next revision to conversations whose entry in a list may have changed. */
function countRevisions(draft: Draft): void {
  const changed = new Set(draft.entries.changes.keys());
  for (const [id, reservation] of draft.reservations.changes) {
    const { conversation } = reservation ?? draft.reservations.before(id) ?? {};
    if (conversation !== undefined) changed.add(conversation);
  }
  if (draft.isWhole) addClosing(draft, changed);
  for (const conversation of changed) {
    const rev = Math.max(draft.counters.rev + 1, draft.context.now);
    draft.counters = { ...draft.counters, rev };
    draft.revs.set(conversation, rev);
  }
}

/** Adds the sessions whose reply window is about to close since lists were last examined: time alone changed them. */
function addClosing(draft: Draft, changed: Set<string>): void {
  const { now } = draft.context;
  const { listedAt } = draft.counters;
  draft.entries.forEach((entry, conversation) => {
    const at = closingSince(entry);
    if (at > listedAt && at <= now) changed.add(conversation);
  });
  draft.counters = { ...draft.counters, listedAt: now };
}

function effectsOf(draft: Draft, before: Counters): readonly Effect[] {
  const { armedAt } = draft.counters;
  const { agents, graces, sockets, entries, reservations } = draft;
  const people =
    agents.changes.size + graces.changes.size > 0 || hasComeOrGone(sockets) || hasGraceEnded(draft, before);
  const lists = draft.counters.rev !== before.rev || hasComeOrGone(sockets);
  return [
    ...(armedAt === draft.armedBefore || armedAt === Infinity ? [] : [{ type: "alarm", at: armedAt } as const]),
    ...listWrites("agents", agents),
    ...listWrites("tombstones", draft.tombstones),
    ...listWrites("entries", entries, ({ session }) => session.status !== "bot"),
    ...listWrites("reservations", reservations),
    ...listWrites("graces", graces),
    ...listWrites("turns", draft.turns),
    ...draft.asks.map((ask) => ({ type: "ask", ...ask }) as const),
    ...draft.closedSockets.map((socket) => ({ type: "close_socket", socket }) as const),
    ...(lists || people ? [{ type: "notify", lists, people } as const] : []),
  ];
}

function listWrites<V>(
  table: StoredName,
  { changes, before }: TableDraft<V>,
  isStored: (value: V) => boolean = () => true,
): readonly Effect[] {
  const effects: Effect[] = [];
  for (const [key, value] of changes) {
    const old = before(key);
    // The value belongs to the table, because the caller passes the draft of the table it names.
    if (value !== undefined && isStored(value))
      effects.push({ type: "store", row: { table, key, value } as StoredRow });
    else if (old !== undefined && isStored(old)) effects.push({ type: "delete", table, key });
  }
  return effects;
}

/** Returns whether the grace period of an agent has ended since the sockets were last examined. */
function hasGraceEnded({ graces, context }: Draft, { examinedAt }: Counters): boolean {
  let hasEnded = false;
  graces.forEach((until) => {
    hasEnded ||= until > examinedAt && until <= context.now;
  });
  return hasEnded;
}

function hasComeOrGone<V>({ changes, before }: TableDraft<V>): boolean {
  return [...changes].some(([key, value]) => value === undefined || before(key) === undefined);
}
