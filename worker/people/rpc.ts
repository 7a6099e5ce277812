/**
 * The methods of the `Login` object: plain values that cross RPC. A separate interface, so that callers do not depend on
 * the class, which describes each method.
 */
import type { Result } from "../../shared/base/result.ts";

/** A sign-in to be made. */
export interface SignInRequest {
  readonly password: string;
  /** The id of the new sign-in, when it was recorded before; absent: a new one. */
  readonly id?: string;
  /** The hash of the new sign-in's secret. */
  readonly hash: string;
  /** See `nameBrowser`. */
  readonly browser: string;
}

/** A sign-in as shown to its agent. Times in epoch ms. */
export interface SignInView {
  readonly id: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly browser: string;
}

/**
 * Why a sign-in was refused. `first_failure`: for the first time in 15 minutes; `locked`: this failure locked the account
 * for 15 minutes. The caller sees no difference.
 */
export type SignInRefusal = "refused" | "first_failure" | "locked";

/** The public part of a login, a copy of which the desk stores with the agent. */
export interface LoginSummary {
  readonly hasPassword: boolean;
  /** Epoch ms; null without an open invite. */
  readonly inviteExpiresAt: number | null;
}

/** An invite that was made. */
export interface MadeInvite {
  /** Epoch ms. */
  readonly expiresAt: number;
  readonly login: LoginSummary;
}

/** A sign-in that was made. */
export interface MadeSignIn {
  /** Its id. */
  readonly signIn: string;
  readonly login: LoginSummary;
}

/** The object as seen by its callers. */
export interface LoginRpc {
  invite(hash: string): Promise<MadeInvite>;
  readInvite(invite: string): Promise<{ readonly expiresAt: number } | null>;
  accept(invite: string, request: SignInRequest): Promise<Result<MadeSignIn, "invite_invalid">>;
  signIn(request: SignInRequest): Promise<Result<MadeSignIn, SignInRefusal>>;
  check(hash: string): Promise<{ readonly signIn: string } | null>;
  list(): Promise<readonly SignInView[]>;
  end(signIn: string): Promise<boolean>;
  endAll(): Promise<number>;
}
