/** Makes the random part of invites and sign-ins, and hashes it. */
import { Buffer } from "node:buffer";
import { hexDigest } from "../platform/digest.ts";

/** Size of the random part, bytes. */
const SECRET_BYTES = 32;
/** Random bytes of the id of an agent or a sign-in. */
const ID_BYTES = 6;

/** A new secret and its hash. */
export interface NewSecret {
  /** Base64url of 32 random bytes. */
  readonly secret: string;
  /** See `hashSecret`. */
  readonly hash: string;
}

/** Makes a secret. */
export async function makeSecret(): Promise<NewSecret> {
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(SECRET_BYTES))).toString("base64url");
  return { secret, hash: await hashSecret(secret) };
}

/** Returns the stored form of a secret: its SHA-256 in hex. Not salted, since a secret is random. */
export function hashSecret(secret: string): Promise<string> {
  return hexDigest("SHA-256", secret);
}

/** Makes the id of an agent. */
export function makeAgentId(): string {
  return `a${makeId()}`;
}

/** Makes the id of a sign-in that is recorded before it is made. */
export function makeSignInId(): string {
  return makeId();
}

function makeId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(ID_BYTES))).toString("hex");
}
