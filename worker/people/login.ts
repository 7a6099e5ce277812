/**
 * The login of one agent on top of its store. Every method is synchronous, so no method runs while another is in
 * progress.
 */
import { ok, err, type Result } from "../../shared/base/result.ts";
import {
  acceptInvite,
  addInvite,
  addSignIn,
  attempt,
  endSignIns,
  findInvite,
  findSignIn,
  INVITE_MS,
  openInvite,
  openSignIns,
  seeSignIn,
  type Login,
  type NewSignIn,
} from "./core/login.ts";
import type { PasswordHasher } from "./password-hash.ts";
import type { LoginSummary, MadeInvite, MadeSignIn, SignInRefusal, SignInRequest, SignInView } from "./rpc.ts";
import type { LoginStore } from "./store.ts";

/** The operations of the `Login` object; the class describes them. */
export interface LoginService {
  invite(hash: string): MadeInvite;
  readInvite(invite: string): { readonly expiresAt: number } | null;
  accept(invite: string, request: SignInRequest): Result<MadeSignIn, "invite_invalid">;
  signIn(request: SignInRequest): Result<MadeSignIn, SignInRefusal>;
  check(hash: string): { readonly signIn: string } | null;
  list(): readonly SignInView[];
  end(signIn: string): boolean;
  endAll(): number;
}

/** The injected dependencies. */
export interface LoginParts {
  readonly store: LoginStore;
  readonly hasher: PasswordHasher;
  /** Epoch ms. */
  readonly now: () => number;
  /** Returns an id that no other sign-in of the agent has. */
  readonly makeId: () => string;
}

/** Creates the operations on the login that the store contains. */
export function createLogin({ store, hasher, now, makeId }: LoginParts): LoginService {
  const toNew = ({ id = makeId(), hash, browser }: SignInRequest): NewSignIn => ({ id, hash, browser });

  const summaryOf = (login: Login): LoginSummary => ({
    hasPassword: login.password !== null,
    inviteExpiresAt: openInvite(login, now())?.expiresAt ?? null,
  });

  return {
    invite(hash) {
      const at = now();
      const login = addInvite(store.read(), hash, at);
      store.write(login);
      return { expiresAt: at + INVITE_MS, login: summaryOf(login) };
    },
    readInvite(invite) {
      const found = findInvite(store.read(), invite, now());
      return found === undefined ? null : { expiresAt: found.expiresAt };
    },
    accept(invite, request) {
      const signIn = toNew(request);
      const accepted = acceptInvite(store.read(), invite, () => hasher.hash(request.password), signIn, now());
      if (!accepted.ok) return accepted;
      store.write(accepted.value);
      return ok({ signIn: signIn.id, login: summaryOf(accepted.value) });
    },
    signIn(request) {
      const login = store.read();
      // Also verified while the account is locked or has no password, so that the answer takes the same time.
      const isRight = hasher.verify(request.password, login.password);
      const [outcome, after] = attempt(login, isRight, now());
      if (outcome !== "accepted") {
        // Also written when nothing changed, so that the answer takes the same time.
        store.write(after);
        return err(outcome);
      }
      const signIn = toNew(request);
      store.write(addSignIn(after, signIn, now()));
      return ok({ signIn: signIn.id, login: summaryOf(after) });
    },
    check(hash) {
      const login = store.read();
      const found = findSignIn(login, hash, now());
      if (found === undefined) return null;
      const seen = seeSignIn(login, found.id, now());
      if (seen !== undefined) store.write(seen);
      return { signIn: found.id };
    },
    list() {
      return openSignIns(store.read(), now())
        .map(({ id, createdAt, lastSeenAt, browser }) => ({ id, createdAt, lastSeenAt, browser }))
        .toSorted((left, right) => left.createdAt - right.createdAt);
    },
    end(signIn) {
      const login = store.read();
      const after = endSignIns(login, signIn);
      if (after.signIns.length === login.signIns.length) return false;
      store.write(after);
      return true;
    },
    endAll() {
      const login = store.read();
      if (login.signIns.length > 0) store.write(endSignIns(login));
      return openSignIns(login, now()).length;
    },
  };
}
