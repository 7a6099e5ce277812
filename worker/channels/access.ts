/**
 * Provides the access token of a channel's calls: the interface between the API client of a platform and the object
 * that owns the credential (`worker/objects/account.ts`). An access source also checks the pause, so API clients do
 * not.
 */
import type { Result } from "../../shared/base/result.ts";
import type { PauseReaction } from "../../shared/message/delivery.ts";
import type { SendAttempt } from "./channel.ts";

/** What a token is needed for: every pause stops a `send`; only a pause with `reach: "account"` also stops a `call`. */
export type AccessUse = "send" | "call";

/** Why no token is returned. `until`: epoch ms before which another request is useless. */
export type AccessProblem = { readonly reason: "paused"; readonly until: number; readonly code: string } | TokenProblem;

/** Why the account has no token. */
export type TokenProblem =
  /** The token endpoint refused (wrong secret, IP not whitelisted, …). */
  | { readonly reason: "refused"; readonly code: string; readonly until?: number }
  /** The token endpoint, or the object in front of it, did not answer. */
  | { readonly reason: "unreachable"; readonly until?: number }
  /**
   * The platform keeps returning the token it refuses, and a forced refresh is not allowed yet (30 s apart, 20 a day).
   */
  | { readonly reason: "limited"; readonly until: number };

/** An attempt to send a message that the platform refused. */
export type RefusedAttempt = Pick<SendAttempt, "id" | "attempt">;

/** Returns access tokens. No method throws for an expected failure. */
export interface AccessSource {
  /** Returns the current token. */
  current(use: AccessUse): Promise<Result<string, AccessProblem>>;
  /**
   * Reports that the platform refused `badToken` and returns another token. Many callers with the same bad token cause
   * one refresh. A message that was refused with the previous token too gets the same token again, because the platform
   * refuses the message, not the token.
   */
  replace(badToken: string, use: AccessUse, refused?: RefusedAttempt): Promise<Result<string, AccessProblem>>;
}

/** An access token as the token endpoint returns it. */
export interface FetchedToken {
  readonly token: string;
  /** Epoch ms, counted from before the request, so possibly earlier than the real expiry. */
  readonly expiresAt: number;
}

/** Why the token endpoint returned no token: its refusal, with the effect on the next call, or no valid answer. */
export type TokenEndpointProblem =
  | { readonly reason: "refused"; readonly code: string; readonly reaction: "outage" | PauseReaction }
  | { readonly reason: "unreachable"; readonly cause: "timeout" | "network" | "bad_response" };

/**
 * Calls a platform's token endpoint; passed to the token keeper. It interprets its own refusals, because a code may
 * have another meaning here than in the answer of another call (40001: here the secret is wrong). Never throws.
 */
export type TokenEndpoint = (force: boolean) => Promise<Result<FetchedToken, TokenEndpointProblem>>;
