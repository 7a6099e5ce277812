/**
 * The only entry point for conversation states: notifications, answers and rebuilds contain the state of a
 * conversation, and only a newer position changes the desk (DESK_PROTOCOL rules 2, 4, 5). An erasure removes everything
 * of its generation and of earlier ones. Pure.
 */
import { generationOf } from "../../conversation/core/log-id.ts";
import { attemptOf, type Answer, type DeskCommand } from "./command.ts";
import { isNewer, isSameSession, toDeskSession, withSeen, type Entry, type Position, type Snapshot } from "./entry.ts";
import { erasedGeneration, reservedIn, type Draft } from "./state.ts";
import { TIMER_INTERVAL_MS } from "./wants.ts";

/**
 * How long the log position of a conversation without an open session is kept, milliseconds, so that a late answer with
 * an older state is recognised. Longer than the timeout of any call.
 */
export const KNOWN_MS = 600_000;
/** How long a tombstone is kept, milliseconds. */
export const TOMBSTONE_MS = 24 * 3_600_000;

/** Applies a conversation's report of its state after a record. Always acknowledged. */
export function applyNotification(draft: Draft, conversation: string, snapshot: Snapshot): void {
  applySnapshot(draft, conversation, snapshot, "notification");
}

/**
 * Applies a conversation's answer to a command of the desk: frees the command's reservation and applies the snapshot;
 * `gone` erases the named log, if the desk knows it.
 */
export function applyAnswer(draft: Draft, conversation: string, command: DeskCommand, answer: Answer): void {
  const held = draft.reservations.get(command.id);
  if (held?.conversation === conversation && held.command.type === command.type) draft.reservations.remove(command.id);
  if (answer.type === "gone") {
    // Only a log that a snapshot has named is erased: a tombstone of an unknown later generation would hide new
    // sessions.
    if (positionOf(draft, conversation)?.log === command.log)
      applyErasure(draft, conversation, generationOf(command.log));
    return;
  }
  applySnapshot(draft, conversation, answer.snapshot, "answer");
  // The same command would be refused again; after a change of the session the command counts as another attempt.
  if (answer.type === "refused") draft.asked.set(attemptOf(command), draft.context.now + TIMER_INTERVAL_MS);
  if (command.type === "say") markSaid(draft, conversation, command, answer.type === "ok");
  if (command.type === "snapshot") markWatched(draft, conversation, command);
}

/** Applies a state that the desk requested itself: the answer of the RPC `seen`, or a read during a rebuild. */
export function applyRead(draft: Draft, conversation: string, snapshot: Snapshot): void {
  applySnapshot(draft, conversation, snapshot, "answer");
}

/** Applies the erasure of a generation and of all earlier ones. When it returns, the erasure is confirmed. */
export function applyErasure(draft: Draft, conversation: string, generation: number): void {
  const { now } = draft.context;
  const erased = Math.max(generation, erasedGeneration(draft.tombstones, conversation));
  draft.tombstones.set(conversation, { generation: erased, at: now });
  const isErased = ({ log }: { readonly log: string }): boolean => generationOf(log) <= erased;
  for (const [id, { command }] of draft.reservations.inBucket(reservedIn(conversation)))
    if (isErased(command)) draft.reservations.remove(id);
  const position = positionOf(draft, conversation);
  if (position === undefined || !isErased(position)) return;
  draft.entries.remove(conversation);
  draft.known.set(conversation, { log: position.log, to: position.to, at: now });
}

function applySnapshot(draft: Draft, conversation: string, snapshot: Snapshot, from: "notification" | "answer"): void {
  const { now } = draft.context;
  const erased = erasedGeneration(draft.tombstones, conversation);
  if (generationOf(snapshot.log) <= erased) return;
  const known = positionOf(draft, conversation);
  if (known !== undefined && !isNewer(snapshot, known)) {
    if (from === "answer") confirm(draft, conversation, snapshot);
    return;
  }
  freeReservations(draft, conversation, snapshot);
  const { log, to, session, windowUntil } = snapshot;
  if (session.open === null) {
    draft.entries.remove(conversation);
    draft.known.set(conversation, { log, to, at: now });
    return;
  }
  const before = draft.entries.get(conversation);
  const mayBeLate = from === "notification" && known === undefined && now < draft.counters.loadedAt + KNOWN_MS;
  const next: Entry = {
    log,
    to,
    version: session.version,
    session: toDeskSession(session.open),
    windowUntil,
    isUnverified: mayBeLate || (from === "notification" && before?.isUnverified === true),
    missedOffers: 0,
    isAwaySaid: false,
    warnedSeq: 0,
  };
  const continues = before !== undefined && isSameSession(before, next);
  draft.entries.set(conversation, continues ? continueEntry(before, next) : next);
  draft.known.remove(conversation);
}

/** Returns a newer state of the same session with the desk's own fields. */
function continueEntry(before: Entry, next: Entry): Entry {
  const { missedOffers, rejections, isAwaySaid, awayRefusedSeq, warnedSeq } = before;
  return {
    ...next,
    session: withSeen(before.session, next.session),
    missedOffers,
    ...(rejections !== undefined && { rejections }),
    isAwaySaid,
    ...(awayRefusedSeq !== undefined && { awayRefusedSeq }),
    warnedSeq,
  };
}

/** Returns the known position of a conversation, with or without an open session; undefined: none is known. */
function positionOf(draft: Draft, conversation: string): Position | undefined {
  return draft.entries.get(conversation) ?? draft.known.get(conversation);
}

/**
 * Applies an answer at the position of the entry: the notification that created the entry was current, and only values
 * that have no row, such as what agents have seen, can differ.
 */
function confirm(draft: Draft, conversation: string, { log, to, session: { open } }: Snapshot): void {
  const entry = draft.entries.get(conversation);
  if (entry === undefined || open === null || entry.log !== log || entry.to !== to) return;
  const unread = Math.min(entry.session.unread, open.unread);
  if (entry.isUnverified || unread < entry.session.unread)
    draft.entries.set(conversation, { ...entry, isUnverified: false, session: { ...entry.session, unread } });
}

/** Frees the reservations that a newer version resolves: the command was applied, or can no longer be applied. */
function freeReservations(draft: Draft, conversation: string, { log, session }: Snapshot): void {
  for (const [id, { command }] of draft.reservations.inBucket(reservedIn(conversation))) {
    const isDecided =
      command.log === log ? session.version > command.version : generationOf(command.log) < generationOf(log);
    if (isDecided) draft.reservations.remove(id);
  }
}

/** Records that the conversation was read a day after its newest row: it is not read again before another row. */
function markWatched(
  draft: Draft,
  conversation: string,
  { log, watchedTo }: Extract<DeskCommand, { readonly type: "snapshot" }>,
): void {
  const entry = draft.entries.get(conversation);
  if (watchedTo === undefined || entry?.log !== log || entry.to !== watchedTo) return;
  draft.entries.set(conversation, { ...entry, watchedTo });
}

/** Records that the conversation has decided on a text: it is not requested again after the same user message. */
function markSaid(
  draft: Draft,
  conversation: string,
  { log, session, text, lastUserSeq }: Extract<DeskCommand, { readonly type: "say" }>,
  isAccepted: boolean,
): void {
  const entry = draft.entries.get(conversation);
  if (entry === undefined || entry.log !== log || entry.session.seq !== session) return;
  const away = isAccepted ? { isAwaySaid: true } : { awayRefusedSeq: lastUserSeq };
  draft.entries.set(conversation, { ...entry, ...(text === "away" ? away : { warnedSeq: lastUserSeq }) });
}
