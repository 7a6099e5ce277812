/**
 * Pausing the account and lifting the pause, as the account object does it: which conversations wait, which of their
 * messages may be the trial, and waking them once the trial succeeded. The Worker delivers the trial
 * (`inbox/delivery/resume-account.ts`): if that is interrupted, the pause stays in force.
 * docs/design/0005-facts-and-decisions.md.
 */
import { isImplausible } from "../../shared/base/clock-setback.ts";
import type { Result } from "../../shared/base/result.ts";
import { miniProgramAccount } from "../../shared/message/address.ts";
import type { PauseCause } from "../../shared/message/delivery.ts";
import type { RefusedAttempt, TokenProblem } from "../channels/access.ts";
import type { ChannelTexts } from "../channels/channel.ts";
import type { AccountPause } from "../conversation/rpc.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import { WAITING_CHECK_DELAY_MS } from "./core/pause-end.ts";
import { decidePause, endPauses, proveOwnFault } from "./core/pause.ts";
import type { AccountState } from "./core/state.ts";
import { recordSends, type SendsReport } from "./sends-report.ts";
import type { AccountAccess, PauseAnswer } from "./token/published-access.ts";

/** A conversation that waits. */
export interface WaitingConversation {
  /** The id of its object, 64 hex digits. */
  readonly id: string;
  /** When it is tried again without being woken, epoch ms; null when unknown. */
  readonly until: number | null;
  /** Whether its message caused the pause: the last choice for a trial. */
  readonly isCause: boolean;
}

/** The list of waiting conversations. */
export interface WaitingList {
  /** Adds a conversation, or moves it to a later time; written only when that changes the list. */
  add(waiter: WaitingConversation): void;
  /** The first entries, those that caused the pause last. */
  first(limit: number): readonly WaitingConversation[];
  remove(id: string): void;
  isEmpty(): boolean;
}

/** What is returned to a conversation that reports that it waits. */
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
  /** Another caller's trial is under way. */
  | { readonly step: "running" }
  /** There is still no access token. */
  | { readonly step: "no_token"; readonly problem: TokenProblem }
  /** A message of one of these conversations is to be tried, of the first that has one. */
  | { readonly step: "trial"; readonly candidates: readonly string[]; readonly pauseVersion: number };

/** What the other parts of the account object provide. */
export interface ResumeDeps {
  readonly appid: string;
  readonly read: () => AccountState;
  readonly write: (patch: Partial<AccountState>) => void;
  /** Loads the texts about codes, for the log. */
  readonly texts: () => Promise<Pick<ChannelTexts, "code">>;
  readonly waiting: WaitingList;
  /** A token; fetched if there is none. */
  readonly retryToken: () => Promise<Result<AccountAccess, TokenProblem>>;
  /** Publishes token and pause. */
  readonly publish: () => void;
  /** Called when what a conversation waited for is over; may throw. */
  readonly wake: (id: string, pause: AccountPause, spreadMs: number) => Promise<void>;
  /** The clock, epoch ms. */
  readonly now: () => number;
}

/** Pauses the account and lifts pauses. A trial under way is held in memory only and may be lost at any time. */
export interface PauseControl {
  /**
   * Pauses the account, unless only this message is refused with the code.
   *
   * @param random a number in [0, 1)
   */
  pause(cause: PauseCause, refused: RefusedAttempt | undefined, random: number): Promise<PauseAnswer>;
  /** An isolate reports whether its sends get through. */
  recordSends(report: SendsReport): void;
  /** Registers a conversation that waits for the account. */
  note(waiter: WaitingConversation): WaitAnswer;
  /** Removes a conversation whose user was erased. */
  forget(id: string): void;
  /** Begins to lift the pause. Single flight: one trial at a time. */
  begin(): Promise<ResumeStart>;
  /**
   * The trial is over.
   *
   * @param pauseVersion of the pause it was made in; null: it was not made. A pause that came since is not lifted
   * @param isAccepted whether WeChat accepted a message, or refused only that message
   * @param isSent whether WeChat accepted the message
   */
  end(pauseVersion: number | null, isAccepted: boolean, isSent: boolean): AccountPause;
  /**
   * WeChat accepted a message after a pause had ended by itself.
   *
   * @param pauseVersion of that pause; ignored when there was another pause since
   */
  accepted(pauseVersion: number): void;
  /** A token was fetched: conversations that wait for one can be woken. */
  release(): void;
  /** Wakes a batch of waiting conversations when it is due. */
  releaseIfDue(): Promise<void>;
}

/** Timeout of a trial send, milliseconds; after it the trial counts as failed and the account stays paused. */
const TRIAL_MS = 20_000;
/** How many conversations a trial may call to find a message. */
const MAX_CANDIDATES = 5;
/** Conversations woken per batch, and the delay until the next batch, milliseconds: 40 a second. */
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

  /** During a trial the other conversations wait for its end or its timeout. */
  function release(): void {
    if (!isPaused() && !waiting.isEmpty()) write({ releaseAt: Math.max(now(), trialUntil) });
  }

  /** When entries are checked next, epoch ms. Waiting conversations try again by themselves before that. */
  function nextCheck(): number {
    const { pausedUntil, refusedUntil } = read();
    return Math.max(pausedUntil, refusedUntil, now()) + WAITING_CHECK_DELAY_MS;
  }

  async function wake({ id, until }: WaitingConversation): Promise<void> {
    waiting.remove(id);
    // The conversation has tried again by itself.
    if (until !== null && until + WAITING_CHECK_DELAY_MS <= now()) return;
    try {
      await deps.wake(id, pauseOf(read()), BATCH_MS);
    } catch (error) {
      // The conversation tries again at its own time.
      writeLog("wake_failed", { ...miniProgramAccount(appid), error: errorName(error) });
    }
  }

  return {
    async pause(cause, refused, random) {
      const { code, name } = cause;
      // Before the state is read: nothing may come between that and the write.
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
      // Stored before the calls: if this object ends during them, the remaining conversations are woken by the next
      // check.
      write({ releaseAt: now() + BATCH_MS });
      await Promise.all(waiting.first(BATCH).map(wake));
      if (waiting.isEmpty()) write({ releaseAt: null });
    },
  };
}
