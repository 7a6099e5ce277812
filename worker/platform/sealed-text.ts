/**
 * Encrypts texts stored in objects that many users share: AES-256-GCM with the secret DATA_KEY, in the format
 * `v1.<keyId>.<iv>.<data>`. A sealed text is bound to its place and row, so moving it to another row is detected
 * (docs/design/0024-personal-data.md). Opening and sealing are synchronous, like the transactions of an object.
 *
 * `node:crypto` is loaded by `import()`: a static import would make each cold start 10 ms longer.
 */
import { Buffer } from "node:buffer";
// Types only.
import type * as NodeCrypto from "node:crypto";
import { err, ok, type Result } from "../../shared/base/result.ts";

/** Where a sealed text is stored. */
export interface SealedPlace {
  /** The object and table, such as `desk:sessions`. */
  readonly place: string;
  /** The permanent identifier of the row. */
  readonly row: string;
}

/** Why a sealed text cannot be opened. */
export type UnsealProblem =
  | { readonly reason: "malformed" }
  /** Sealed with a key that is neither the current nor the previous one. */
  | { readonly reason: "unknown_key"; readonly keyId: string }
  /** It was changed, or moved from another row. */
  | { readonly reason: "not_authentic" };

/** Seals and opens texts. */
export interface TextSealer {
  /** Identifies the current key without revealing it. */
  readonly keyId: string;
  /** Seals with the current key. A lone surrogate becomes U+FFFD. */
  seal(at: SealedPlace, text: string): string;
  /** Opens a text that was sealed with the current or the previous key. */
  open(at: SealedPlace, sealed: string): Result<string, UnsealProblem>;
  /**
   * Returns whether a text is sealed with the current key; otherwise it must be sealed again before the previous key is removed.
   */
  isCurrent(sealed: string): boolean;
}

/** A key with its id. */
export interface NamedKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

type CryptoFunctions = Pick<typeof NodeCrypto, "createCipheriv" | "createDecipheriv" | "createHmac" | "randomBytes">;

const FORM = /^v1\.([\w-]{1,64})\.([\w-]{16})\.([\w-]{22,})$/;
const CIPHER = "aes-256-gcm";
/** Lengths, bytes. */
const [IV_LENGTH, TAG_LENGTH] = [12, 16];
const KEY_ID_LENGTH = 8;

/**
 * Creates a sealer.
 *
 * @param keys `dataKeys` of the configuration: the current key first, then the previous one
 * @returns `no_key` when DATA_KEY is not set
 */
export async function loadTextSealer(
  keys: readonly string[],
): Promise<Result<TextSealer, { readonly reason: "no_key" }>> {
  const crypto = await import("node:crypto");
  const [current, ...previous] = keys.map((key) => nameKey(crypto, Buffer.from(key, "base64")));
  return current === undefined ? err({ reason: "no_key" }) : ok(createTextSealer(crypto, [current, ...previous]));
}

/** Creates a sealer from keys with ids, the current one first. */
export function createTextSealer(
  crypto: CryptoFunctions,
  keys: readonly [NamedKey, ...(readonly NamedKey[])],
): TextSealer {
  const [current] = keys;
  return {
    keyId: current.id,
    seal: (at, text) => sealWith(crypto, current, crypto.randomBytes(IV_LENGTH), at, text),
    open(at, sealed) {
      const [, keyId = "", iv = "", data = ""] = FORM.exec(sealed) ?? [];
      const bytes = Buffer.from(data, "base64url");
      if (keyId === "" || bytes.toString("base64url") !== data) return err({ reason: "malformed" });
      const key = keys.find(({ id }) => id === keyId);
      if (key === undefined) return err({ reason: "unknown_key", keyId });
      return openWith(crypto, key, Buffer.from(iv, "base64url"), at, bytes);
    },
    isCurrent: (sealed) => sealed.startsWith(`v1.${current.id}.`),
  };
}

/** Seals with a given initialisation vector, which must never be used twice with a key. */
export function sealWith(
  { createCipheriv }: Pick<CryptoFunctions, "createCipheriv">,
  { id, bytes }: NamedKey,
  iv: Uint8Array,
  at: SealedPlace,
  text: string,
): string {
  const cipher = createCipheriv(CIPHER, bytes, iv).setAAD(boundTo(id, at));
  const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1.${id}.${Buffer.from(iv).toString("base64url")}.${data.toString("base64url")}`;
}

function openWith(
  { createDecipheriv }: Pick<CryptoFunctions, "createDecipheriv">,
  { id, bytes }: NamedKey,
  iv: Uint8Array,
  at: SealedPlace,
  data: Buffer,
): Result<string, UnsealProblem> {
  const end = data.length - TAG_LENGTH;
  const decipher = createDecipheriv(CIPHER, bytes, iv, { authTagLength: TAG_LENGTH });
  decipher.setAAD(boundTo(id, at)).setAuthTag(data.subarray(end));
  try {
    return ok(Buffer.concat([decipher.update(data.subarray(0, end)), decipher.final()]).toString("utf8"));
  } catch {
    // `final` throws only when the tag does not match.
    return err({ reason: "not_authentic" });
  }
}

/**
 * Returns the additional authenticated data: format, key, place and row, so that a sealed text is valid only for these.
 */
function boundTo(keyId: string, { place, row }: SealedPlace): Buffer {
  return Buffer.from(["v1", keyId, place, row].map(withoutBars).join("|"), "utf8");
}

/** Escapes the separator, so that no two places have the same additional data. */
function withoutBars(part: string): string {
  return part.replaceAll("%", "%25").replaceAll("|", "%7C");
}

/** Derives the id from the key, so that a key that is set again gets the same id. */
function nameKey({ createHmac }: CryptoFunctions, bytes: Buffer): NamedKey {
  const id = createHmac("sha256", bytes).update("edge-kefu data key").digest("base64url").slice(0, KEY_ID_LENGTH);
  return { id, bytes };
}
