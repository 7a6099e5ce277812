/**
 * Signatures by the Standard Webhooks scheme: `v1,` and base64 of HMAC-SHA-256 over `id.timestamp.body`, with the
 * base64-decoded bytes after `whsec_` as the key. Receivers can verify them with any library of that scheme.
 */
import { hmacSha256 } from "../platform/digest.ts";

const PREFIX = "whsec_";
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 64;

/** The signed values. */
export interface SignedParts {
  /** The header `webhook-id`. */
  readonly id: string;
  /** The header `webhook-timestamp`, whole seconds since 1970. */
  readonly timestamp: number;
  /** The body that is sent. */
  readonly body: string;
}

/** Returns whether the text is a secret of the scheme: `whsec_` and base64 of 24 to 64 bytes. */
export function isWebhookSecret(text: string): boolean {
  return readKey(text) !== undefined;
}

/**
 * Signs with each secret: during a rotation, receivers with the old and with the new secret both find a valid
 * signature.
 *
 * @param secrets each passed `isWebhookSecret`
 * @returns the header `webhook-signature`
 * @throws TypeError for an invalid secret
 */
export async function signWebhook(secrets: readonly string[], parts: SignedParts): Promise<string> {
  const content = `${parts.id}.${parts.timestamp}.${parts.body}`;
  const signatures = await Promise.all(secrets.map((secret) => sign(secret, content)));
  return signatures.map((signature) => `v1,${signature}`).join(" ");
}

async function sign(secret: string, content: string): Promise<string> {
  const key = readKey(secret);
  if (key === undefined) throw new TypeError("a webhook secret must be whsec_ followed by base64 of 24 to 64 bytes");
  return hmacSha256(key, content);
}

function readKey(secret: string): Uint8Array<ArrayBuffer> | undefined {
  const text = secret.slice(PREFIX.length);
  if (!secret.startsWith(PREFIX) || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  return bytes.length >= MIN_KEY_BYTES && bytes.length <= MAX_KEY_BYTES ? bytes : undefined;
}
