/**
 * Calls the token endpoint, `POST /cgi-bin/stable_token` (WECHAT.md §6.1). Only the account object calls it: a forced
 * refresh is allowed 20 times a day, and no other code needs the secret.
 */
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import { isPauseReaction, type PauseReaction } from "../../../../shared/message/delivery.ts";
import { openDeadline, TIMED_OUT } from "../../../platform/deadline.ts";
import type { FetchedToken, TokenEndpointProblem } from "../../access.ts";
import { judgeCode } from "../judge-code.ts";
import type { Fetch } from "./call-api.ts";
import { readAnswer, type JsonObject } from "./response.ts";

/** The options of one call. */
export interface StableTokenOptions {
  /** The origin for token calls: WeChat's own, or a relay with a fixed IP for the whitelist (WECHAT.md §6.2). */
  readonly tokenBase: string;
  readonly appid: string;
  readonly secret: string;
  /** Whether to invalidate the token in use; allowed every 30 s and 20 times a day. */
  readonly force: boolean;
  readonly fetch: Fetch;
  /** Returns the time, epoch ms. */
  readonly now: () => number;
  /** The timeout of the call, milliseconds. */
  readonly timeoutMs: number;
}

const TOKEN_PATH = "/cgi-bin/stable_token";
/** The maximum length of a token, characters. WECHAT.md §6.1 requires at least 512. */
const MAX_TOKEN_LENGTH = 2048;

/**
 * Fetches the access token. Without `force` WeChat returns the current token with its remaining time.
 *
 * @returns the token, or the reason; never an exception that contains the secret
 */
export async function requestStableToken(
  options: StableTokenOptions,
): Promise<Result<FetchedToken, TokenEndpointProblem>> {
  const startedAt = options.now();
  const deadline = openDeadline(options.timeoutMs);
  try {
    const outcome = await Promise.race([askForToken(options, startedAt, deadline.signal), deadline.overdue]);
    return outcome === TIMED_OUT ? err({ reason: "unreachable", cause: "timeout" }) : outcome;
  } catch {
    // The error is dropped on purpose, as in call-api.ts: a relay's error text may repeat the request.
    return err({ reason: "unreachable", cause: deadline.signal.aborted ? "timeout" : "network" });
  } finally {
    deadline.close();
  }
}

async function askForToken(
  options: StableTokenOptions,
  startedAt: number,
  signal: AbortSignal,
): Promise<Result<FetchedToken, TokenEndpointProblem>> {
  const { appid, secret, force } = options;
  const response = await options.fetch(`${options.tokenBase}${TOKEN_PATH}`, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({ grant_type: "client_credential", appid, secret, force_refresh: force }),
    signal,
    redirect: "manual",
  });
  const answer = await readAnswer(response);
  if (answer.ok) return toFetchedToken(answer.value, startedAt);
  if (answer.error.reason === "bad_response") return err({ reason: "unreachable", cause: "bad_response" });
  const { code } = answer.error;
  return err({ reason: "refused", code, reaction: await reactionTo(code) });
}

/**
 * Returns the reaction to a refusal by the token endpoint. Only "busy" and limits end by themselves; for all others (a
 * wrong secret, which 40001 and similar codes mean here, or an IP that is not on the whitelist) another call within a
 * short time would be refused too.
 */
async function reactionTo(code: string): Promise<"outage" | PauseReaction> {
  const { reaction, replacesToken } = await judgeCode(code);
  if (replacesToken === true) return "stop";
  if (reaction === "retry" || reaction === "outage") return "outage";
  return isPauseReaction(reaction) ? reaction : "stop";
}

function toFetchedToken(answer: JsonObject, startedAt: number): Result<FetchedToken, TokenEndpointProblem> {
  const token = answer["access_token"];
  const seconds = answer["expires_in"];
  const usable =
    typeof token === "string" && token !== "" && token.length <= MAX_TOKEN_LENGTH && typeof seconds === "number";
  if (!usable || !(seconds > 0)) return err({ reason: "unreachable", cause: "bad_response" });
  return ok({ token, expiresAt: startedAt + Math.floor(seconds) * 1000 });
}
