/**
 * Implements WXBizMsgCrypt, WeChat's message encryption, on WebCrypto (WECHAT.md §2, WORKERS.md "Decrypting a push").
 *
 * AES-256-CBC with a fixed IV, padded to 32 bytes. WebCrypto checks and removes a padding to 16 bytes, so `decrypt`
 * alone fails for every message with a padding of 17…32 bytes, which is half of them. Two constant blocks appended to
 * each ciphertext prevent that: zeros, which decrypt to meaningless bytes that are cut off, and the encryption of a
 * full block of valid padding, which WebCrypto removes.
 *
 * `Buffer` is the fast base64 implementation that both Node 24 and workerd have (Node 24 lacks
 * `Uint8Array.fromBase64`).
 */
import { Buffer } from "node:buffer";
import { err, ok, type Result } from "../../../../shared/base/result.ts";

/** Why a ciphertext could not be opened. No reason contains any content. */
export interface CryptProblem {
  readonly reason: "bad_base64" | "bad_length" | "decrypt_failed" | "bad_padding" | "bad_plaintext" | "bad_utf8";
}

/** An opened message: the text, and the id of the app it was encrypted for. The caller must compare that id. */
export interface OpenedMessage {
  readonly text: string;
  readonly receiveId: string;
}

/** Opens and seals messages with one EncodingAESKey. */
export interface MessageCipher {
  /** Opens base64 ciphertext. Check its signature first: otherwise the error could serve as a padding oracle. */
  readonly open: (encrypted: string) => Promise<Result<OpenedMessage, CryptProblem>>;
  /**
   * Seals a text for WeChat.
   *
   * @param text the reply
   * @param receiveId the app id
   * @param random exactly 16 bytes
   * @returns base64 ciphertext
   */
  readonly seal: (text: string, receiveId: string, random: Uint8Array) => Promise<string>;
}

const BLOCK = 16;
/** WeChat's padding block, twice that of AES. */
const PAD_BLOCK = 32;
const RANDOM_BYTES = 16;
/** The size of the random part and of the text's length, which has four bytes. */
const HEAD_BYTES = RANDOM_BYTES + 4;
/** The maximum number of cached ciphers; an isolate uses fewer: the current and previous keys of a few apps. */
const MAX_CACHED_CIPHERS = 16;

const AES_KEY = /^[A-Za-z0-9+/]{43}$/;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const cipherCache = new Map<string, Promise<MessageCipher>>();

/**
 * Returns whether a text can be an EncodingAESKey: 43 characters of base64, 256 bits and two unused ones (WECHAT.md
 * §2.1).
 */
export function isAesKey(text: string): boolean {
  return AES_KEY.test(text);
}

/**
 * Returns the cipher of a key, created once per isolate: importing a key costs as much CPU as decrypting a message.
 *
 * @param encodingAESKey as shown in the WeChat console
 * @throws Error when the key is malformed (see {@link isAesKey})
 */
export function cipherFor(encodingAESKey: string): Promise<MessageCipher> {
  const cached = cipherCache.get(encodingAESKey);
  if (cached !== undefined) return cached;
  // Removes the oldest ciphers while the cache is full. The keys come from the configuration, not from a request, so
  // the cache is normally never full.
  for (const oldest of cipherCache.keys()) {
    if (cipherCache.size < MAX_CACHED_CIPHERS) break;
    cipherCache.delete(oldest);
  }
  const created = createCipher(encodingAESKey);
  cipherCache.set(encodingAESKey, created);
  return created;
}

/**
 * Creates the cipher of a key. Prefer {@link cipherFor}.
 *
 * @param encodingAESKey 43 characters; the two unused bits of the last one are ignored, because WeChat's keys may set
 * them
 * @throws Error when the key is malformed
 */
export async function createCipher(encodingAESKey: string): Promise<MessageCipher> {
  if (!isAesKey(encodingAESKey)) {
    throw new Error("EncodingAESKey must be the 43 characters of base64 shown in the WeChat console");
  }
  const raw = new Uint8Array(Buffer.from(`${encodingAESKey}=`, "base64"));
  const algorithm = { name: "AES-CBC", iv: raw.slice(0, BLOCK) };
  const key = await crypto.subtle.importKey("raw", raw, "AES-CBC", false, ["encrypt", "decrypt"]);
  const fullPad = await crypto.subtle.encrypt({ name: "AES-CBC", iv: new Uint8Array(BLOCK) }, key, new Uint8Array(0));
  const tail = new Uint8Array(2 * BLOCK);
  tail.set(new Uint8Array(fullPad), BLOCK);

  return {
    async open(encrypted) {
      const ciphertext = Buffer.from(encrypted, "base64");
      // Buffer silently skips characters that are not base64; only well-formed base64 is the same after decoding and
      // encoding.
      if (ciphertext.toString("base64") !== encrypted) return err({ reason: "bad_base64" });
      const size = ciphertext.length;
      if (size < PAD_BLOCK || size % BLOCK !== 0) return err({ reason: "bad_length" });
      const input = new Uint8Array(size + tail.length);
      input.set(ciphertext);
      input.set(tail, size);
      try {
        const plain = await crypto.subtle.decrypt(algorithm, key, input);
        return cutFields(new Uint8Array(plain, 0, size));
      } catch {
        // With the appended blocks the padding is always valid, so only an internal error of WebCrypto can throw; it
        // has no details.
        return err({ reason: "decrypt_failed" });
      }
    },

    async seal(text, receiveId, random) {
      const sealed = await crypto.subtle.encrypt(algorithm, key, layOut(text, receiveId, random));
      // WebCrypto appended a block of its own padding after WeChat's.
      return Buffer.from(sealed, 0, sealed.byteLength - BLOCK).toString("base64");
    },
  };
}

/**
 * Parses random ‖ length ‖ text ‖ receive-id ‖ padding. Lengths are bytes, so the parts are cut before they are
 * decoded.
 */
function cutFields(plain: Uint8Array): Result<OpenedMessage, CryptProblem> {
  const pad = plain.at(-1) ?? 0;
  if (pad < 1 || pad > PAD_BLOCK) return err({ reason: "bad_padding" });
  const end = plain.length - pad;
  if (plain.subarray(end).some((byte) => byte !== pad)) return err({ reason: "bad_padding" });
  if (end < HEAD_BYTES) return err({ reason: "bad_plaintext" });
  const textEnd = HEAD_BYTES + new DataView(plain.buffer).getUint32(RANDOM_BYTES);
  if (textEnd > end) return err({ reason: "bad_plaintext" });
  try {
    const text = decoder.decode(plain.subarray(HEAD_BYTES, textEnd));
    return ok({ text, receiveId: decoder.decode(plain.subarray(textEnd, end)) });
  } catch {
    // Thrown only for invalid UTF-8; the error's message adds no detail.
    return err({ reason: "bad_utf8" });
  }
}

/**
 * Concatenates random ‖ length ‖ text ‖ receive-id and pads to a multiple of 32; adds a full block when the length
 * already is one.
 */
function layOut(text: string, receiveId: string, random: Uint8Array): Uint8Array<ArrayBuffer> {
  if (random.length !== RANDOM_BYTES) throw new Error(`seal needs ${RANDOM_BYTES} random bytes, got ${random.length}`);
  const body = encoder.encode(text);
  const id = encoder.encode(receiveId);
  const used = HEAD_BYTES + body.length + id.length;
  const pad = PAD_BLOCK - (used % PAD_BLOCK);
  const plain = new Uint8Array(used + pad);
  plain.set(random);
  new DataView(plain.buffer).setUint32(RANDOM_BYTES, body.length);
  plain.set(body, HEAD_BYTES);
  plain.set(id, HEAD_BYTES + body.length);
  plain.fill(pad, used);
  return plain;
}
