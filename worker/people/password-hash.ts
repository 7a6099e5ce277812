/**
 * Hashes passwords with scrypt. Synchronous, about 130 ms of CPU, which blocks all objects of the thread, so only the
 * `Login` object of an agent calls it (docs/design/0028-people.md). `node:crypto` is passed in, because importing it
 * takes longer than starting the worker.
 */
import { Buffer } from "node:buffer";
import type * as NodeCrypto from "node:crypto";
import type { PasswordHash } from "./core/login.ts";
import { normalizePassword } from "./core/password.ts";

/** The part of `node:crypto` that is used. */
export type ScryptCrypto = Pick<typeof NodeCrypto, "scryptSync" | "randomBytes" | "timingSafeEqual">;

/** The parameters of new hashes. Stored hashes have their own. */
const PARAMETERS = { algorithm: "scrypt", n: 16_384, r: 8, p: 5 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/**
 * Used for verification when there is no password, so that the answer takes the same time; no password has this hash.
 */
const NO_PASSWORD: PasswordHash = {
  ...PARAMETERS,
  salt: Buffer.alloc(SALT_BYTES).toString("base64"),
  hash: Buffer.alloc(HASH_BYTES).toString("base64"),
};

/** Hashes and verifies passwords. */
export interface PasswordHasher {
  hash(password: string): PasswordHash;
  /** Returns whether the password is the hashed one. @param stored null: false, after the same time */
  verify(password: string, stored: PasswordHash | null): boolean;
}

/** Creates the hasher. */
export function createPasswordHasher(crypto: ScryptCrypto): PasswordHasher {
  function derive(password: string, { n, r, p, salt }: PasswordHash, bytes: number): Buffer {
    const memory = 128 * r * (n + p + 2);
    const options = { N: n, r, p, maxmem: memory };
    return crypto.scryptSync(normalizePassword(password), Buffer.from(salt, "base64"), bytes, options);
  }

  return {
    hash(password) {
      const made = { ...NO_PASSWORD, salt: crypto.randomBytes(SALT_BYTES).toString("base64") };
      return { ...made, hash: derive(password, made, HASH_BYTES).toString("base64") };
    },
    verify(password, stored) {
      const known = stored ?? NO_PASSWORD;
      const hash = Buffer.from(known.hash, "base64");
      return crypto.timingSafeEqual(derive(password, known, hash.length), hash) && stored !== null;
    },
  };
}
