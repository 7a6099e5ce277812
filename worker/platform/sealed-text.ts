/**
 * Encrypts texts and files stored where many users share a place: AES-256-GCM with the secret DATA_KEY, in the format
 * `v1.<keyId>.<iv>.<data>`. A sealed text is bound to its place and row, so moving it to another row is detected
 * (docs/design/0024-personal-data.md). Opening and sealing are synchronous, like the transactions of an object.
 *
 * `node:crypto` is loaded by `import()`: a static import would make each cold start 10 ms longer.
 */
import { Buffer } from "node:buffer";
// Only types are imported, so this import does not load the module.
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
  /** The sealed text was changed, or moved from another row. */
  | { readonly reason: "not_authentic" };

/** Seals and opens texts and files. */
export interface TextSealer {
  /** Identifies the current key without revealing it. */
  readonly keyId: string;
  /** Seals with the current key. A lone surrogate becomes U+FFFD. */
  seal(at: SealedPlace, text: string): string;
  /** Opens a text that was sealed with the current or the previous key. */
  open(at: SealedPlace, sealed: string): Result<string, UnsealProblem>;
  /** Seals a file with the current key, as `v1.<keyId>.<iv>.` in ASCII and the encrypted bytes. */
  sealBytes(at: SealedPlace, bytes: Uint8Array): Uint8Array<ArrayBuffer>;
  /** Opens a file that was sealed with the current or the previous key. */
  openBytes(at: SealedPlace, sealed: Uint8Array): Result<Uint8Array<ArrayBuffer>, UnsealProblem>;
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
/** The part of a sealed file that is text, and its maximum length in characters. */
const HEAD = /^v1\.([\w-]{1,64})\.([\w-]{16})\./;
const LONGEST_HEAD = 85;
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
  const decryptBy = (keyId: string, iv: string, at: SealedPlace, bytes: Buffer): Result<Buffer, UnsealProblem> => {
    const key = keys.find(({ id }) => id === keyId);
    if (key === undefined) return err({ reason: "unknown_key", keyId });
    return decrypt(crypto, key, Buffer.from(iv, "base64url"), at, bytes);
  };
  return {
    keyId: current.id,
    seal: (at, text) => sealWith(crypto, current, crypto.randomBytes(IV_LENGTH), at, text),
    open(at, sealed) {
      const [, keyId = "", iv = "", data = ""] = FORM.exec(sealed) ?? [];
      const bytes = Buffer.from(data, "base64url");
      if (keyId === "" || bytes.toString("base64url") !== data) return err({ reason: "malformed" });
      const opened = decryptBy(keyId, iv, at, bytes);
      return opened.ok ? ok(opened.value.toString("utf8")) : opened;
    },
    sealBytes(at, bytes) {
      const iv = crypto.randomBytes(IV_LENGTH);
      const head = Buffer.from(`v1.${current.id}.${iv.toString("base64url")}.`);
      return new Uint8Array(Buffer.concat([head, encrypt(crypto, current, iv, at, bytes)]));
    },
    openBytes(at, sealed) {
      const file = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
      const [head = "", keyId = "", iv = ""] = HEAD.exec(file.toString("latin1", 0, LONGEST_HEAD)) ?? [];
      const bytes = file.subarray(head.length);
      if (keyId === "" || bytes.length < TAG_LENGTH) return err({ reason: "malformed" });
      const opened = decryptBy(keyId, iv, at, bytes);
      return opened.ok ? ok(new Uint8Array(opened.value)) : opened;
    },
    isCurrent: (sealed) => sealed.startsWith(`v1.${current.id}.`),
  };
}

/** Seals with a given initialisation vector, which must never be used twice with a key. */
export function sealWith(
  crypto: Pick<CryptoFunctions, "createCipheriv">,
  key: NamedKey,
  iv: Uint8Array,
  at: SealedPlace,
  text: string,
): string {
  const data = encrypt(crypto, key, iv, at, Buffer.from(text, "utf8"));
  return `v1.${key.id}.${Buffer.from(iv).toString("base64url")}.${data.toString("base64url")}`;
}

function encrypt(
  { createCipheriv }: Pick<CryptoFunctions, "createCipheriv">,
  { id, bytes }: NamedKey,
  iv: Uint8Array,
  at: SealedPlace,
  plain: Uint8Array,
): Buffer {
  const cipher = createCipheriv(CIPHER, bytes, iv).setAAD(boundTo(id, at));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(
  { createDecipheriv }: Pick<CryptoFunctions, "createDecipheriv">,
  { id, bytes }: NamedKey,
  iv: Uint8Array,
  at: SealedPlace,
  data: Buffer,
): Result<Buffer, UnsealProblem> {
  const end = data.length - TAG_LENGTH;
  const decipher = createDecipheriv(CIPHER, bytes, iv, { authTagLength: TAG_LENGTH });
  decipher.setAAD(boundTo(id, at)).setAuthTag(data.subarray(end));
  try {
    return ok(Buffer.concat([decipher.update(data.subarray(0, end)), decipher.final()]));
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

/** Returns a key with an id that is derived from it, so that a key that is set again gets the same id. */
function nameKey({ createHmac }: CryptoFunctions, bytes: Buffer): NamedKey {
  const id = createHmac("sha256", bytes).update("edge-kefu data key").digest("base64url").slice(0, KEY_ID_LENGTH);
  return { id, bytes };
}
