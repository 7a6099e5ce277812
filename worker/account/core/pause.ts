/**
 * Whether a refusal pauses the account. One message must not pause it repeatedly: when WeChat refuses a message that it
 * has refused before, and no other message in between, the code may be about this message alone; when WeChat accepted
 * another message in between, the code is about this message. The time for which a message has been refused alone is
 * reported; the retry plan decides on it. Pure; time and randomness are arguments.
 * docs/design/0005-facts-and-decisions.md.
 */
import { ownValue } from "../../../shared/base/own-value.ts";
import type { PauseCause } from "../../../shared/message/delivery.ts";
import type { RefusedAttempt } from "../../channels/access.ts";
import { pauseUntil } from "./pause-end.ts";
import type { AccountState } from "./state.ts";

/** A message that WeChat refused with a code that pauses: it caused a pause, or was refused during one. */
export interface Refusal extends RefusedAttempt {
  /** When that pause ends, epoch ms. */
  readonly until: number;
  /**
   * WeChat accepted another message since: the account may send, so the refusal is about this message and causes no
   * further pause.
   */
  readonly isOwn?: true;
  /** When it was first refused after that pause with no other message refused in between, epoch ms; absent: not yet. */
  readonly aloneSince?: number;
}

/** By code, the latest last. A message that is refused alone keeps its position. */
export type Refusals = Readonly<Record<string, readonly Refusal[]>>;

/** What changes after a refusal, and what is returned to its sender. */
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
 * A pause is moved and published again only by more than this, milliseconds: a thousand failing sends report it at
 * once.
 */
const PAUSE_STEP_MS = 30_000;
/** The most messages recorded in one pause; later ones are not recorded. */
const MAX_WRITTEN = 16;
/**
 * The most messages remembered for each code. A message that is forgotten while it is still tried pauses the account
 * once more.
 */
const MAX_REFUSALS = 128;
/** The name used for messages whose sender does not name them. */
const UNNAMED: RefusedAttempt = { id: "", attempt: 0 };

/**
 * Decides on a refusal of custom/send.
 *
 * @param cause the reaction, and the reach of the pause
 * @param refused the message; undefined when the caller does not name it: then each refusal pauses
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
    // Its own pause is still in force: the message was the trial, or this isolate had not read of the pause.
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

/** Whether no other message was refused since, except those that are rejected for their own content. */
function isAlone(known: readonly Refusal[], mine: Refusal): boolean {
  return mine.isOwn === true || known.slice(known.indexOf(mine) + 1).every(({ isOwn }) => isOwn === true);
}

/** Messages before it are no longer refused alone. */
function addRefusal(known: readonly Refusal[], refusal: Refusal): readonly Refusal[] {
  const others = known.filter(({ id }) => id !== refusal.id);
  return [...others.map(({ aloneSince: _over, ...other }) => other), refusal].slice(-MAX_REFUSALS);
}

/**
 * WeChat accepted a message: its earlier refusals of other messages were for those messages' own content. Without this
 * rule, two messages that are refused in turn would keep the account paused.
 *
 * @returns what changes
 */
export function proveOwnFault({ refusals }: Pick<AccountState, "refusals">): Partial<Pick<AccountState, "refusals">> {
  const isNews = Object.values(refusals).some((list) => list.some(({ isOwn }) => isOwn !== true));
  return isNews ? { refusals: mapRefusals(refusals, (refusal) => ({ ...refusal, isOwn: true })) } : {};
}

/**
 * The pause is lifted at `now`, epoch ms, and with it the pauses its messages caused. None of these messages alone
 * pauses the account again.
 */
export function endPauses(refusals: Refusals, now: number): Refusals {
  return mapRefusals(refusals, (refusal) => ({ ...refusal, until: Math.min(refusal.until, now) }));
}

function mapRefusals(refusals: Refusals, change: (refusal: Refusal) => Refusal): Refusals {
  return Object.fromEntries(Object.entries(refusals).map(([code, list]) => [code, list.map(change)]));
}

/**
 * Forgets the messages of an erased user.
 *
 * @param prefix the prefix of the ids of the user's sends (`sendIdPrefix`)
 * @returns what changes; empty when no message is the user's
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
