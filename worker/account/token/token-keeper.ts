/**
 * Keeps one mini program's access token: fetched by one call at a time, replaced only when the refused token is still
 * the stored one; a refresh is forced only when WeChat keeps returning the token it refuses
 * (docs/design/0010-one-token-owner.md, WECHAT.md §6.1).
 *
 * There is no await between a read and its write; values read before an await are read again after it.
 */
import { isFresh, isImplausible } from "../../../shared/base/clock-setback.ts";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import { miniProgramAccount } from "../../../shared/message/address.ts";
import type {
  FetchedToken,
  RefusedAttempt,
  TokenEndpoint,
  TokenEndpointProblem,
  TokenProblem,
} from "../../channels/access.ts";
import type { ChannelTexts, TroubleCause } from "../../channels/channel.ts";
import { writeLog } from "../../platform/logger.ts";
import { pauseUntil } from "../core/pause-end.ts";
import type { AccountState } from "../core/state.ts";
import { allowForce, refreshTime } from "../core/token-refresh.ts";
import { addTrouble } from "../core/trouble.ts";
import { type AccountAccess, toAccess } from "./published-access.ts";

/** The injected dependencies. */
export interface TokenKeeperDeps {
  readonly appid: string;
  readonly read: () => AccountState;
  readonly write: (patch: Partial<AccountState>) => void;
  readonly request: TokenEndpoint;
  /** Loads the texts about codes, for the log. */
  readonly texts: () => Promise<Pick<ChannelTexts, "code">>;
  /** Returns a short hash of the secret in use. */
  readonly secretTag: () => Promise<string>;
  /** Returns the time, epoch ms. */
  readonly now: () => number;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  /** Called after a new token was stored. */
  readonly publish: () => void;
}

/** Returns and refreshes the access token. */
export interface TokenKeeper {
  /**
   * Returns the token; fetches one first when the stored one is about to expire. If that fails, the stored token is
   * returned while it is valid.
   */
  access(): Promise<Result<AccountAccess, TokenProblem>>;
  /**
   * Returns another token than `badToken`, which WeChat refused; fetches one if necessary. If the same message was
   * refused with the previous token too, the message is the cause, and the stored token is returned.
   */
  replace(badToken: string, refused?: RefusedAttempt): Promise<Result<AccountAccess, TokenProblem>>;
  /**
   * Returns the token; when there is none, fetches one at once, ignoring the cool-down and earlier refusals of the
   * endpoint.
   */
  retry(): Promise<Result<AccountAccess, TokenProblem>>;
  /** Fetches the next token when it is due. */
  refreshIfDue(): Promise<void>;
}

/**
 * The last part of a token's life, milliseconds, in which readers call the object instead of KV, so that the object
 * knows that the token is in use.
 */
export const REFRESH_PERIOD_MS = 10 * 60_000;

/** A stored token with less remaining life than this is replaced before a token is returned, milliseconds. */
const MIN_LIFE_MS = 60_000;
/**
 * A token that WeChat returned within this time is returned to callers regardless of its remaining life, milliseconds.
 */
const FRESH_MS = 10_000;
/**
 * Cool-down after the first failure, milliseconds; doubles with each further failure, up to a minute. When WeChat limits
 * the calls, it is a minute at once.
 */
const FIRST_COOLDOWN_MS = 2_000;
const MAX_COOLDOWN_MS = 60_000;
/**
 * When the same message is refused with the next token too within this time, milliseconds, it is rejected for its own
 * content. Covers the lease of an attempt and its back-offs. After this time the refusal may mean that the next token
 * was revoked.
 */
const SAME_MESSAGE_MS = 2 * 60_000;
/** Delay until the next background refresh after one that returned no new token, milliseconds. */
const REFRESH_AGAIN_MS = 60_000;

/** Creates the keeper. Its memory (the call in flight, the cool-down after a failure) may be lost at any time. */
export function createTokenKeeper(deps: TokenKeeperDeps): TokenKeeper {
  const { appid, read, write, now } = deps;
  let pendingRequest: Promise<Result<AccountAccess, TokenProblem>> | undefined;
  let cooldown: { readonly until: number; readonly problem: TokenProblem } | undefined;
  let failures = 0;
  let askedAt = 0;

  /** Returns the result of the call in flight, or starts one. */
  function obtain(): Promise<Result<AccountAccess, TokenProblem>> {
    if (pendingRequest !== undefined) return pendingRequest;
    if (cooldown !== undefined && cooldown.until > now() && !isImplausible(cooldown.until, now(), MAX_COOLDOWN_MS))
      return Promise.resolve(orStored({ ...cooldown.problem, until: cooldown.until }));
    pendingRequest = fetchToken().finally(() => {
      pendingRequest = undefined;
    });
    return pendingRequest;
  }

  async function fetchToken(): Promise<Result<AccountAccess, TokenProblem>> {
    const tag = await deps.secretTag();
    const { refusedUntil, refusedCode, refusedSecret } = read();
    if (refusedUntil > now() && refusedSecret === tag) {
      return orStored({ reason: "refused", code: refusedCode, until: refusedUntil });
    }
    const normal = await deps.request(false);
    if (!normal.ok) return fail(normal.error, tag);
    // `rejected` may have been set during the call.
    if (normal.value.token !== read().rejected) return accept(normal.value, false);
    const allowance = allowForce(read(), now());
    if (!allowance.allowed) return startCooldown({ reason: "limited", until: allowance.until }, allowance.until);
    const { forceDay, forceCount } = allowance;
    write({ forceDay, forceCount, forcedAt: now() });
    const forced = await deps.request(true);
    // WeChat counts the 30 s from the arrival of the request, which is later than when it was sent.
    write({ forcedAt: now() });
    if (!forced.ok) return fail(forced.error, tag);
    if (forced.value.token !== read().rejected) return accept(forced.value, true);
    return startCooldown({ reason: "limited", until: now() + MAX_COOLDOWN_MS }, now() + MAX_COOLDOWN_MS);
  }

  function accept({ token, expiresAt }: FetchedToken, forced: boolean): Result<AccountAccess, TokenProblem> {
    failures = 0;
    askedAt = now();
    write({ token, expiresAt, refreshAt: null, tokenTrouble: null });
    writeLog("token_refreshed", {
      ...miniProgramAccount(appid),
      forced,
      seconds: Math.round((expiresAt - askedAt) / 1000),
    });
    deps.publish();
    return ok(toAccess(read()));
  }

  async function fail(problem: TokenEndpointProblem, tag: string): Promise<Result<AccountAccess, TokenProblem>> {
    if (problem.reason === "unreachable") {
      recordTrouble(problem.cause);
      writeLog("token_unreachable", { ...miniProgramAccount(appid), cause: problem.cause });
      return startCooldown({ reason: "unreachable" }, Infinity);
    }
    const { code, reaction } = problem;
    const { name, cure } = (await deps.texts()).code(code);
    recordTrouble("refused", code);
    writeLog("token_refused", { ...miniProgramAccount(appid), code, name, cure: cure.en });
    if (reaction === "outage") return startCooldown({ reason: "refused", code }, Infinity);
    const refusedUntil = pauseUntil(reaction, now(), deps.random());
    write({ refusedUntil, refusedCode: code, refusedSecret: tag });
    return orStored({ reason: "refused", code, until: refusedUntil });
  }

  /** Records that a call of the endpoint returned no token; `/healthz` reports a longer series of such calls. */
  function recordTrouble(cause: TroubleCause, code?: string): void {
    const attempt = { since: now(), at: now(), count: 1, cause, ...(code !== undefined && { code }) };
    write({ tokenTrouble: addTrouble(read().tokenTrouble, attempt, now()) });
  }

  /**
   * Starts a cool-down, in which no call is made and which grows with each failure, up to `latest`. Returns the stored
   * token while it is valid, otherwise the problem.
   */
  function startCooldown(problem: TokenProblem, latest: number): Result<AccountAccess, TokenProblem> {
    const restMs =
      problem.reason === "limited" ? MAX_COOLDOWN_MS : Math.min(MAX_COOLDOWN_MS, FIRST_COOLDOWN_MS * 2 ** failures);
    failures += 1;
    cooldown = { until: Math.min(latest, now() + restMs), problem };
    if (problem.reason === "limited") {
      recordTrouble("limited");
      writeLog("token_refresh_limited", { ...miniProgramAccount(appid), until: cooldown.until });
    }
    return orStored({ ...problem, until: cooldown.until });
  }

  /** Returns the stored token until it expires, even while the endpoint fails; otherwise the problem. */
  function orStored(problem: TokenProblem): Result<AccountAccess, TokenProblem> {
    const state = read();
    return isAlive(state, now()) ? ok(toAccess(state)) : err(problem);
  }

  /** Schedules the background refresh when a caller uses the token in the last part of its life. */
  function recordUse({ expiresAt, refreshAt }: AccountState): void {
    if (refreshAt !== null || expiresAt - now() > REFRESH_PERIOD_MS) return;
    write({ refreshAt: refreshTime(expiresAt, now(), deps.random()) });
  }

  return {
    async access() {
      const state = read();
      const lasts = state.expiresAt - now() > MIN_LIFE_MS || isFresh(askedAt, now(), FRESH_MS);
      if (!isAlive(state, now()) || !lasts) return obtain();
      recordUse(state);
      return ok(toAccess(state));
    },

    async replace(badToken, refused) {
      const state = read();
      if (isAlive(state, now()) && state.token !== badToken) return ok(toAccess(state));
      const send = refused?.id ?? "";
      // The message was refused with the previous token too, so WeChat refuses the message; a refresh per attempt would
      // make all other callers wait.
      const isSameMessage =
        send !== "" && send === state.rejectedBy && isFresh(state.rejectedAt, now(), SAME_MESSAGE_MS);
      if (isAlive(state, now()) && isSameMessage) return ok(toAccess(state));
      // Without a stored token, the report may concern a token that was published before the storage was lost.
      const isStillCurrent = state.token === badToken || (state.token === null && state.rejected === null);
      if (isStillCurrent) {
        write({ token: null, rejected: badToken, rejectedBy: send, rejectedAt: now(), refreshAt: null });
      }
      return obtain();
    },

    async retry() {
      const state = read();
      if (isAlive(state, now())) return ok(toAccess(state));
      cooldown = undefined;
      if (state.refusedUntil > now()) write({ refusedUntil: 0 });
      return obtain();
    },

    async refreshIfDue() {
      const { refreshAt, expiresAt, token } = read();
      if (refreshAt === null || refreshAt > now()) return;
      // Written before the call, so that there is another attempt if the object crashes during the call; but no attempt
      // after the token has expired.
      const again = now() + REFRESH_AGAIN_MS;
      const refreshAgainAt = again < expiresAt ? again : null;
      write({ refreshAt: refreshAgainAt });
      await obtain();
      // WeChat renews the token five minutes before it expires; until then it returns the old one.
      if (read().token === token) write({ refreshAt: refreshAgainAt });
    },
  };
}

function isAlive(state: AccountState, now: number): state is AccountState & { readonly token: string } {
  return state.token !== null && state.expiresAt > now;
}
