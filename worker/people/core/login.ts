/**
 * The login of one agent: password, failures, invite and sign-ins, with the operations on them. Pure; a change returns
 * a new state.
 */
import { err, ok, type Result } from "../../../shared/base/result.ts";
import { isSameHash } from "./agent-token.ts";
import { addFailure, clearFailures, isLocked, isToRecord, NO_FAILURES, type Failures } from "./lock-out.ts";

/** How long an invite is valid, milliseconds. */
export const INVITE_MS = 24 * 3_600_000;
/** A sign-in ends `IDLE_MS` after its last request and `SIGN_IN_MS` after it was made, milliseconds. */
export const IDLE_MS = 12 * 3_600_000;
export const SIGN_IN_MS = 14 * 24 * 3_600_000;
/** The minimum time between two updates of `lastSeenAt`, milliseconds. */
export const SEEN_MS = 60_000;
/** The maximum number of sign-ins of an agent; a further one ends the one unused for the longest time. */
export const MAX_SIGN_INS = 20;

/** A hashed password, with all that is needed to verify it. */
export interface PasswordHash {
  readonly algorithm: "scrypt";
  /** Cost, block size and parallelism. */
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** Base64. */
  readonly salt: string;
  readonly hash: string;
}

/** A sign-in, as stored. Times in epoch ms. */
export interface SignIn {
  readonly id: string;
  /** SHA-256 of the token's secret, hex. */
  readonly hash: string;
  readonly createdAt: number;
  /** When the sign-in was last used, at most `SEEN_MS` too early. */
  readonly lastSeenAt: number;
  /** See `nameBrowser`. */
  readonly browser: string;
}

/** A new sign-in. */
export type NewSignIn = Pick<SignIn, "id" | "hash" | "browser">;

/** An invite, as stored. */
export interface Invite {
  /** SHA-256 of the token's secret, hex. */
  readonly hash: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** The stored login of one agent. */
export interface Login {
  /** Null until the first invite is accepted. */
  readonly password: PasswordHash | null;
  readonly failures: Failures;
  readonly invite: Invite | null;
  readonly signIns: readonly SignIn[];
}

/** The state of an agent who was never invited. */
export const EMPTY_LOGIN: Login = { password: null, failures: NO_FAILURES, invite: null, signIns: [] };

/**
 * The outcome of an attempt. `first_failure`: refused, and the last refusal with this outcome is at least 15 minutes ago;
 * `locked`: this failure locked the account.
 */
export type Attempt = "accepted" | "refused" | "first_failure" | "locked";

/** Replaces the invite. The password and the sign-ins stay until the invite is accepted. */
export function addInvite(login: Login, hash: string, now: number): Login {
  return { ...login, invite: { hash, expiresAt: now + INVITE_MS } };
}

/** Returns the invite; undefined: there is none, or it has ended. */
export function openInvite({ invite }: Login, now: number): Invite | undefined {
  // An invite that would be valid for longer was made before the clock was set back.
  const isOpen = invite !== null && now < invite.expiresAt && invite.expiresAt <= now + INVITE_MS;
  return isOpen ? invite : undefined;
}

/** Returns the invite with a hash; undefined: the login has no such invite, or it has ended. */
export function findInvite(login: Login, hash: string, now: number): Invite | undefined {
  const invite = openInvite(login, now);
  return invite !== undefined && isSameHash(invite.hash, hash) ? invite : undefined;
}

/**
 * Accepts an invite: it is used up, the password is replaced, failures and a lock are cleared, and all sign-ins but the
 * new one end.
 *
 * @param hash the hash of the invite's secret
 */
export function acceptInvite(
  login: Login,
  hash: string,
  password: () => PasswordHash,
  signIn: NewSignIn,
  now: number,
): Result<Login, "invite_invalid"> {
  if (findInvite(login, hash, now) === undefined) return err("invite_invalid");
  const failures = clearFailures(login.failures);
  return ok(addSignIn({ ...EMPTY_LOGIN, failures, password: password() }, signIn, now));
}

/** Counts an attempt to sign in. A locked account rejects every password and counts no failures. */
export function attempt(login: Login, isRight: boolean, now: number): readonly [Attempt, Login] {
  if (isLocked(login.failures, now)) return ["refused", login];
  if (isRight) return ["accepted", { ...login, failures: clearFailures(login.failures) }];
  const failures = addFailure(login.failures, now);
  const refusal = isToRecord(login.failures, now) ? "first_failure" : "refused";
  return [failures.lockedUntil === null ? refusal : "locked", { ...login, failures }];
}

/**
 * Adds a sign-in and removes those that have ended; with `MAX_SIGN_INS` open, also the one unused for the longest time.
 */
export function addSignIn(login: Login, signIn: NewSignIn, now: number): Login {
  const others = openSignIns(login, now)
    .toSorted((left, right) => right.lastSeenAt - left.lastSeenAt)
    .slice(0, MAX_SIGN_INS - 1);
  return { ...login, signIns: [...others, { ...signIn, createdAt: now, lastSeenAt: now }] };
}

/** Returns the sign-ins that have not ended. */
export function openSignIns({ signIns }: Login, now: number): readonly SignIn[] {
  return signIns.filter(({ createdAt, lastSeenAt }) => now - createdAt < SIGN_IN_MS && now - lastSeenAt < IDLE_MS);
}

/** Finds the open sign-in with a hash; undefined: there is none. Every sign-in is compared, even after a match. */
export function findSignIn(login: Login, hash: string, now: number): SignIn | undefined {
  let found: SignIn | undefined;
  for (const signIn of openSignIns(login, now)) if (isSameHash(signIn.hash, hash)) found = signIn;
  return found;
}

/**
 * Records that a sign-in was used.
 * @returns undefined when the last use was recorded less than `SEEN_MS` ago, or the sign-in does not exist
 */
export function seeSignIn(login: Login, id: string, now: number): Login | undefined {
  const seen = login.signIns.find((signIn) => signIn.id === id);
  if (seen === undefined || now - seen.lastSeenAt < SEEN_MS) return undefined;
  return {
    ...login,
    signIns: login.signIns.map((signIn) => (signIn === seen ? { ...seen, lastSeenAt: now } : signIn)),
  };
}

/** Ends one sign-in, or all of them. @param id undefined: all */
export function endSignIns(login: Login, id?: string): Login {
  return { ...login, signIns: login.signIns.filter((signIn) => id !== undefined && signIn.id !== id) };
}
