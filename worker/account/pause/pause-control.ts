/**
 * Pauses the account and lifts the pause, inside the account object: lists the conversations that wait, selects
 * candidates for the test send, and wakes all once it has succeeded. The worker makes the test send
 * (`inbox/delivery/resume-account.ts`); if the test send is interrupted, the pause stays in force.
 * docs/design/0005-facts-and-decisions.md.
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";
import type { Result } from "../../../shared/base/result.ts";
import { miniProgramAccount } from "../../../shared/message/address.ts";
import type { PauseCause } from "../../../shared/message/delivery.ts";
import type { RefusedAttempt, TokenProblem } from "../../channels/access.ts";
import type { ChannelTexts } from "../../channels/channel.ts";
import type { AccountPause } from "../../conversation/rpc.ts";
import { errorName, writeLog } from "../../platform/logger.ts";
import { WAITING_CHECK_DELAY_MS } from "../core/pause-end.ts";
import { decidePause, endPauses, proveOwnFault } from "../core/pause.ts";
import type { AccountState } from "../core/state.ts";
import { recordSends, type SendsReport } from "../faults/sends-report.ts";
import type { AccountAccess, PauseAnswer } from "../token/published-access.ts";

/** A conversation that waits. */
export interface WaitingConversation {
  /** The id of the conversation's object, 64 hex digits. */
  readonly id: string;
  /** When the conversation retries without being woken, epoch ms; null when unknown. */
  readonly until: number | null;
  /**
   * Whether a message of this conversation caused the pause. Such conversations are chosen last for the test send that
   * decides whether the pause can be lifted.
   */
  readonly isCause: boolean;
}

/** The list of waiting conversations. */
export interface WaitingList {
  /**
   * Adds a conversation. A known one is replaced only when the new entry is later or names the conversation as a cause.
   */
  add(waiter: WaitingConversation): void;
  /** Returns the first entries; conversations that caused the pause come last. */
  first(limit: number): readonly WaitingConversation[];
  remove(id: string): void;
  isEmpty(): boolean;
}

/** The answer to a conversation that reports that it waits. */
export interface WaitAnswer extends AccountPause {
  /**
   * Whether the pause or the missing token still applies; false: the message may be tried at once, and the conversation
   * was not registered.
   */
  readonly isBlocked: boolean;
}

/** The first step of lifting a pause. */
export type ResumeStart =
  /** Nothing is paused, and no message waits. */
  | { readonly step: "open" }
  /** A test send of another caller is in progress. */
  | { readonly step: "running" }
  /** There is still no access token. */
  | { readonly step: "no_token"; readonly problem: TokenProblem }
  /** A test send must be made: with a message of the first of these conversations that has one. */
  | { readonly step: "trial"; readonly candidates: readonly string[]; readonly pauseVersion: number };

/** The injected dependencies. */
export interface ResumeDeps {
  readonly appid: string;
  readonly read: () => AccountState;
  readonly write: (patch: Partial<AccountState>) => void;
  /** Loads the texts about codes, for the log. */
  readonly texts: () => Promise<Pick<ChannelTexts, "code">>;
  readonly waiting: WaitingList;
  /** Returns a token; fetches one if there is none. */
  readonly retryToken: () => Promise<Result<AccountAccess, TokenProblem>>;
  /** Publishes token and pause. */
  readonly publish: () => void;
  /** Wakes a conversation after the pause has ended or a token is available; may throw. */
  readonly wake: (id: string, pause: AccountPause, spreadMs: number) => Promise<void>;
  /** Returns the time, epoch ms. */
  readonly now: () => number;
}

/**
 * Pauses the account and lifts pauses. The state of a test send in progress is kept in memory only and may be lost at
 * any time.
 */
export interface PauseControl {
  /**
   * Pauses the account, unless the code is returned for this message only; returns the pause in force.
   *
   * @param random a number in [0, 1)
   */
  pause(cause: PauseCause, refused: RefusedAttempt | undefined, random: number): Promise<PauseAnswer>;
  /** Records an isolate's report whether its sends succeed. */
  recordSends(report: SendsReport): void;
  /** Registers a conversation that waits for the account; returns whether the conversation must still wait. */
  note(waiter: WaitingConversation): WaitAnswer;
  /** Removes a conversation whose user was erased. */
  forget(id: string): void;
  /** Begins to lift the pause; returns what the caller has to do. Only one test send runs at a time. */
  begin(): Promise<ResumeStart>;
  /**
   * Ends a test send, and lifts the pause if it succeeded; returns the pause afterwards.
   *
   * @param pauseVersion version of the pause in which the test send was made; null: no test send was made. A pause that
   *   began later is not lifted
   * @param isAccepted whether WeChat accepted a message, or refused only that message
   * @param isSent whether WeChat accepted the message
   */
  end(pauseVersion: number | null, isAccepted: boolean, isSent: boolean): AccountPause;
  /**
   * Records that WeChat accepted a message after a pause had expired.
   *
   * @param pauseVersion version of that pause; ignored when another pause has begun since then
   */
  accepted(pauseVersion: number): void;
  /** Schedules the waking of all waiting conversations after a token was fetched; does nothing during a pause. */
  release(): void;
  /**
   * Wakes a batch of waiting conversations when it is due. While the account is paused or has no token, it schedules
   * the next check instead.
   */
  releaseIfDue(): Promise<void>;
}

/** How long a test send blocks further ones, milliseconds; after that it counts as interrupted. */
const TRIAL_MS = 20_000;
/** The maximum number of conversations that are called to find a message for a test send. */
const MAX_CANDIDATES = 5;
/**
 * Number of conversations woken per batch, and the delay until the next batch in milliseconds: 40 conversations a
 * second.
 */
const BATCH = 200;
const BATCH_MS = 5_000;

/** Creates the pause control. */
export function createPauseControl(deps: ResumeDeps): PauseControl {
  const { appid, read, write, waiting, now } = deps;
  let trialUntil = 0;

  const pauseOf = ({ pausedUntil, pauseCode, pauseReach, pauseVersion }: AccountState): AccountPause => {
    return { pausedUntil, pauseCode, pauseReach, pauseVersion };
  };
  const isPaused = () => read().pausedUntil > now();
  const hasToken = () => read().token !== null && read().expiresAt > now();

  function lift(isSent: boolean): void {
    const { pauseCode: code, pauseVersion, refusals } = read();
    const wasPaused = isPaused();
    const releaseAt = waiting.isEmpty() ? {} : { releaseAt: now() };
    const ended = { refusals: endPauses(refusals, now()) };
    const lifted = wasPaused ? { pausedUntil: 0, pauseVersion: pauseVersion + 1, ...ended } : {};
    const patch = { ...lifted, ...(isSent && proveOwnFault({ refusals, ...lifted })), ...releaseAt };
    if (Object.keys(patch).length > 0) write(patch);
    if (!wasPaused) return;
    writeLog("account_resumed", { ...miniProgramAccount(appid), code });
    deps.publish();
  }

  /** Schedules waking the conversations. During a test send they wait for its end or its timeout. */
  function release(): void {
    if (!isPaused() && !waiting.isEmpty()) write({ releaseAt: Math.max(now(), trialUntil) });
  }

  /** Returns when entries are checked next, epoch ms. Waiting conversations retry by themselves before that. */
  function nextCheck(): number {
    const { pausedUntil, refusedUntil } = read();
    return Math.max(pausedUntil, refusedUntil, now()) + WAITING_CHECK_DELAY_MS;
  }

  async function wake({ id, until }: WaitingConversation): Promise<void> {
    waiting.remove(id);
    // The conversation has already retried by itself.
    if (until !== null && until + WAITING_CHECK_DELAY_MS <= now()) return;
    try {
      await deps.wake(id, pauseOf(read()), BATCH_MS);
    } catch (error) {
      // The error is only logged: the conversation retries at its own time.
      writeLog("wake_failed", { ...miniProgramAccount(appid), error: errorName(error) });
    }
  }

  return {
    async pause(cause, refused, random) {
      const { code, name } = cause;
      // Awaited before the state is read: there must be no await between reading the state and writing it.
      const { cure } = (await deps.texts()).code(code);
      const { aloneMs, patch } = decidePause(read(), cause, refused, now(), random);
      const { pausedUntil } = patch;
      const isMoved = pausedUntil !== undefined;
      if (Object.keys(patch).length > 0) {
        write({ ...patch, ...(isMoved && { pauseVersion: read().pauseVersion + 1 }) });
      }
      const fields = { ...miniProgramAccount(appid), code, name };
      if (aloneMs !== undefined) writeLog("message_refused_alone", { ...fields, seconds: Math.round(aloneMs / 1_000) });
      if (isMoved) {
        writeLog("account_paused", { ...fields, cure: cure.en, seconds: Math.round((pausedUntil - now()) / 1_000) });
        deps.publish();
      }
      return { ...pauseOf(read()), ...(aloneMs !== undefined && { aloneMs }) };
    },

    recordSends(report) {
      const known = read().sends;
      const { sends, isChange } = recordSends(appid, known, report, now());
      if (sends !== known) write({ sends });
      if (isChange) deps.publish();
    },

    note(waiter) {
      const isBlocked = isPaused() || !hasToken();
      if (isBlocked) {
        waiting.add(waiter);
        if (read().releaseAt === null) write({ releaseAt: nextCheck() });
      }
      return { isBlocked, ...pauseOf(read()) };
    },

    forget: (id) => waiting.remove(id),

    async begin() {
      if (trialUntil > now() && !isImplausible(trialUntil, now(), TRIAL_MS)) return { step: "running" };
      trialUntil = now() + TRIAL_MS;
      const token = await deps.retryToken();
      if (token.ok && (isPaused() || !waiting.isEmpty())) {
        const candidates = waiting.first(MAX_CANDIDATES).map(({ id }) => id);
        return { step: "trial", candidates, pauseVersion: read().pauseVersion };
      }
      trialUntil = 0;
      return token.ok ? { step: "open" } : { step: "no_token", problem: token.error };
    },

    end(pauseVersion, isAccepted, isSent) {
      trialUntil = 0;
      if (isAccepted && pauseVersion === read().pauseVersion) lift(isSent);
      else release();
      return pauseOf(read());
    },

    accepted(pauseVersion) {
      const patch = pauseVersion === read().pauseVersion ? proveOwnFault(read()) : {};
      if (Object.keys(patch).length > 0) write(patch);
    },

    release,

    async releaseIfDue() {
      const { releaseAt } = read();
      if (releaseAt === null || releaseAt > now()) return;
      if (isPaused() || !hasToken()) return write({ releaseAt: waiting.isEmpty() ? null : nextCheck() });
      // Stored before the calls: if this object is evicted during them, the remaining conversations are woken by the
      // next check.
      write({ releaseAt: now() + BATCH_MS });
      await Promise.all(waiting.first(BATCH).map(wake));
      if (waiting.isEmpty()) write({ releaseAt: null });
    },
  };
}
