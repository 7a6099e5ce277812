/**
 * The login of one agent: password, invite and sign-ins. A thin class: decisions are in people/core/login.ts, scrypt in
 * people/password-hash.ts. It has no alarm and calls no other object; expired entries are removed with the next change.
 */
import { DurableObject } from "cloudflare:workers";
import type { Result } from "../../shared/base/result.ts";
import type { LoginService } from "../people/login.ts";
import type { LoginRpc, MadeInvite, MadeSignIn, SignInRefusal, SignInRequest, SignInView } from "../people/rpc.ts";

/** The Durable Object of one agent's login, named by the agent's id. */
export class Login extends DurableObject<Env> implements LoginRpc {
  #login: LoginService | undefined;

  /**
   * Replaces the invite; it is valid for 24 hours, and the password stays until it is accepted.
   *
   * @param hash the hash of its secret
   */
  async invite(hash: string): Promise<MadeInvite> {
    return (await this.#open()).invite(hash);
  }

  /** Finds an open invite, which stays open. @param invite the hash of its secret */
  async readInvite(invite: string): Promise<{ readonly expiresAt: number } | null> {
    return (await this.#open()).readInvite(invite);
  }

  /** Uses up an invite: sets the password, ends all sign-ins and makes a new one. @param invite the hash of its secret */
  async accept(invite: string, request: SignInRequest): Promise<Result<MadeSignIn, "invite_invalid">> {
    return (await this.#open()).accept(invite, request);
  }

  /**
   * Makes a sign-in when the password is right and the account not locked. A refusal takes the same time for every
   * reason.
   */
  async signIn(request: SignInRequest): Promise<Result<MadeSignIn, SignInRefusal>> {
    return (await this.#open()).signIn(request);
  }

  /** Finds the open sign-in with this hash, and records at most once a minute that it was used; null: there is none. */
  async check(hash: string): Promise<{ readonly signIn: string } | null> {
    return (await this.#open()).check(hash);
  }

  /** Returns the open sign-ins, oldest first. */
  async list(): Promise<readonly SignInView[]> {
    return (await this.#open()).list();
  }

  /** Ends a sign-in. @returns false when there was none with this id */
  async end(signIn: string): Promise<boolean> {
    return (await this.#open()).end(signIn);
  }

  /** Ends all sign-ins. @returns the number of those that were open */
  async endAll(): Promise<number> {
    return (await this.#open()).endAll();
  }

  /**
   * Opens the login. Its code is loaded with the first call, so that a cold start for a push does not evaluate it.
   */
  async #open(): Promise<LoginService> {
    if (this.#login !== undefined) return this.#login;
    const [crypto, { createLogin }, { createPasswordHasher }, { createLoginStore }] = await Promise.all([
      import("node:crypto"),
      import("../people/login.ts"),
      import("../people/password-hash.ts"),
      import("../people/store.ts"),
    ]);
    this.#login ??= createLogin({
      store: createLoginStore(this.ctx.storage),
      hasher: createPasswordHasher(crypto),
      now: () => Date.now(),
      makeId: () => crypto.randomBytes(6).toString("hex"),
    });
    return this.#login;
  }
}
