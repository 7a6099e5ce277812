/**
 * Decides whether a refusal pauses the account. One message must not pause it repeatedly. When WeChat refuses a message
 * again and refused no other message in between, the code may concern this message alone; when WeChat accepted another
 * message in between, the code certainly concerns this message alone. The retry plan gets the time for which only this
 * message has been refused. Pure; time and randomness are arguments. docs/design/0005-facts-and-decisions.md.
 */
import { ownValue } from "../../../shared/base/own-value.ts";
import type { PauseCause } from "../../../shared/message/delivery.ts";
import type { RefusedAttempt } from "../../channels/access.ts";
import { pauseUntil } from "./pause-end.ts";
import type { AccountState } from "./state.ts";

/** A message refused with a code that pauses the account; the refusal caused a pause, or came during one. */
export interface Refusal extends RefusedAttempt {
  /** When the pause that the refusal caused, or during which it came, ends, epoch ms. */
  readonly until: number;
  /**
   * Set when WeChat has accepted another message after the refusal: the account may send, so the refusal concerns this
   * message and causes no further pause.
   */
  readonly isOwn?: true;
  /**
   * When the message was first refused after that pause with no other message refused in between, epoch ms; absent: not
   * yet.
   */
  readonly aloneSince?: number;
}

/** Refusals by code, the latest last. A message that is the only refused one keeps its position. */
export type Refusals = Readonly<Record<string, readonly Refusal[]>>;

/** The changes after a refusal, and what is returned to its sender. */
export interface PauseDecision {
  /**
   * How long only this message has been refused with the code, milliseconds; 0 the first time. The account is not
   * paused for it.
   */
  readonly aloneMs?: number;
  /** Empty when the refusal changes nothing. */
  readonly patch: Partial<Pick<AccountState, "pausedUntil" | "pauseCode" | "pauseReach" | "refusals">>;
}

/**
 * A pause is extended and published again only when its end becomes later by more than this, milliseconds: thousands of
 * failing sends may report it at once.
 */
const PAUSE_STEP_MS = 30_000;
/** The maximum number of messages recorded per code in one pause; later ones are not recorded. */
const MAX_WRITTEN = 16;
/**
 * The maximum number of messages stored per code. A message that is removed while it is still retried pauses the
 * account once more.
 */
const MAX_REFUSALS = 128;
/** Used for messages whose sender does not pass an id. */
const UNNAMED: RefusedAttempt = { id: "", attempt: 0 };

/**
 * Returns the changes of the state after a refusal of custom/send, among them a pause, and the answer to the sender.
 *
 * @param cause the reaction, and the reach of the pause
 * @param refused the message; undefined when the caller does not pass it: then each refusal pauses
 * @param now epoch ms
 * @param random a number in [0, 1)
 */
export function decidePause(
  state: Pick<AccountState, "pausedUntil" | "refusals">,
  { code, reaction, reach }: Pick<PauseCause, "code" | "reaction" | "reach">,
  refused: RefusedAttempt | undefined,
  now: number,
  random: number,
): PauseDecision {
  const { pausedUntil, refusals } = state;
  const known = ownValue(refusals, code) ?? [];
  const change = (list: readonly Refusal[]) => ({ refusals: { ...refusals, [code]: list } });
  const named = refused ?? UNNAMED;
  const mine = known.find(({ id }) => id === named.id);
  if (refused !== undefined && mine !== undefined && isAlone(known, mine)) {
    // The pause caused by this message is still in force: the message was the test send, or this isolate did not know
    // of the pause.
    if (mine.isOwn !== true && mine.until > now && pausedUntil > now) return { patch: {} };
    // A repeated report of one attempt is not a second refusal: the connection to the object may break after the first
    // report.
    if (mine.attempt === refused.attempt) return { patch: {} };
    const { aloneSince } = mine;
    if (aloneSince !== undefined) return { aloneMs: Math.max(0, now - aloneSince), patch: {} };
    return {
      aloneMs: 0,
      patch: change(known.map((refusal) => (refusal === mine ? { ...mine, aloneSince: now } : refusal))),
    };
  }
  const until = pauseUntil(reaction, now, random);
  if (pausedUntil > now && until <= pausedUntil + PAUSE_STEP_MS) {
    const inThisPause = known.filter((refusal) => refusal.until === pausedUntil);
    const isKnown = mine?.until === pausedUntil || inThisPause.length >= MAX_WRITTEN;
    return { patch: isKnown ? {} : change(addRefusal(known, { ...named, until: pausedUntil })) };
  }
  const pause = { pausedUntil: until, pauseCode: code, pauseReach: reach };
  return { patch: { ...pause, ...change(addRefusal(known, { ...named, until })) } };
}

/** Returns whether no other message was refused after this one, except messages refused for their own content. */
function isAlone(known: readonly Refusal[], mine: Refusal): boolean {
  return mine.isOwn === true || known.slice(known.indexOf(mine) + 1).every(({ isOwn }) => isOwn === true);
}

/** Adds a refusal; the messages before it are no longer the only refused ones. */
function addRefusal(known: readonly Refusal[], refusal: Refusal): readonly Refusal[] {
  const others = known.filter(({ id }) => id !== refusal.id);
  return [...others.map(({ aloneSince: _over, ...other }) => other), refusal].slice(-MAX_REFUSALS);
}

/**
 * Returns the changes after WeChat accepted a message: every recorded refusal then concerns only its own message
 * (`isOwn`). Without this rule, two messages that are refused in turn would keep the account paused.
 */
export function proveOwnFault({ refusals }: Pick<AccountState, "refusals">): Partial<Pick<AccountState, "refusals">> {
  const isNews = Object.values(refusals).some((list) => list.some(({ isOwn }) => isOwn !== true));
  return isNews ? { refusals: mapRefusals(refusals, (refusal) => ({ ...refusal, isOwn: true })) } : {};
}

/**
 * Returns the refusals with all their pauses ended at `now`, epoch ms. If one of these messages is refused again and no
 * other is, it does not pause the account again.
 */
export function endPauses(refusals: Refusals, now: number): Refusals {
  return mapRefusals(refusals, (refusal) => ({ ...refusal, until: Math.min(refusal.until, now) }));
}

function mapRefusals(refusals: Refusals, change: (refusal: Refusal) => Refusal): Refusals {
  return Object.fromEntries(Object.entries(refusals).map(([code, list]) => [code, list.map(change)]));
}

/**
 * Removes the messages of an erased user.
 *
 * @param prefix the prefix of the ids of the user's sends (`sendIdPrefix`)
 * @returns the changes; empty when no message is the user's
 */
export function forgetMessages(
  { refusals, rejectedBy }: Pick<AccountState, "refusals" | "rejectedBy">,
  prefix: string,
): Partial<AccountState> {
  const isTheirs = (id: string) => id.startsWith(prefix);
  const areKept = Object.values(refusals).every((list) => list.every(({ id }) => !isTheirs(id)));
  const remainingCauses = Object.entries(refusals).map(
    ([code, list]) => [code, list.filter(({ id }) => !isTheirs(id))] as const,
  );
  return {
    ...(!areKept && { refusals: Object.fromEntries(remainingCauses.filter(([, list]) => list.length > 0)) }),
    ...(isTheirs(rejectedBy) && { rejectedBy: "" }),
  };
}
