/**
 * Authenticates requests to the REST API by a bearer key (RFC 6750), one of those in the secret API_KEYS. Keys are
 * compared as SHA-256 digests, always with all of them, so that the run time reveals neither a key's length, nor how
 * much of it matched, nor which key matched.
 */
import type { Context } from "hono";
import { Buffer } from "node:buffer";
import type { HttpEnv } from "../app-env.ts";
import { problem } from "../response/problem.ts";

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;
const REALM = 'Bearer realm="edge-kefu"';

/** Digests of a configuration's keys, computed once, as bytes. */
const digestsOf = new WeakMap<readonly string[], readonly Uint8Array[]>();

/**
 * Stores the caller of a request with a valid key; without any configured key, every request is refused.
 *
 * @returns undefined when the caller was stored; otherwise the response that refuses the request
 */
export async function authenticateKey(c: Context<HttpEnv>): Promise<Response | undefined> {
  const { apiKeys } = c.get("config");
  if (apiKeys.length === 0) return problem(c, "api_closed", {});
  const key = await findApiKey(c.req.header("authorization"), apiKeys);
  if (key === undefined) return refuseUnknown(c);
  c.set("caller", { type: "api", key });
  return undefined;
}

/** Returns the response to a request without a valid key, or with a sign-in that has ended. */
export function refuseUnknown(c: Context): Response {
  const hasKey = BEARER.test(c.req.header("authorization") ?? "");
  const headers = { "www-authenticate": hasKey ? `${REALM}, error="invalid_token"` : REALM };
  return problem(c, "unauthorized", {}, { headers });
}

/**
 * Identifies the API key of a request.
 *
 * @param authorization the Authorization header of the request
 * @returns the key's SHA-256 in hex; undefined without a key, or with an unknown one
 */
export async function findApiKey(
  authorization: string | undefined,
  apiKeys: readonly string[],
): Promise<string | undefined> {
  const key = BEARER.exec(authorization ?? "")?.[1];
  if (key === undefined) return undefined;
  const [digest, known] = await Promise.all([sha256(key), digestAll(apiKeys)]);
  return isAmong(digest, known) ? Buffer.from(digest).toString("hex") : undefined;
}

/** Returns whether a digest is a known one; compares all known digests to their ends, even after a match. */
function isAmong(digest: Uint8Array, known: readonly Uint8Array[]): boolean {
  let matches = 0;
  for (const candidate of known) {
    let difference = digest.length ^ candidate.length;
    for (const [index, byte] of digest.entries()) difference |= byte ^ (candidate[index] ?? 0);
    matches += Number(difference === 0);
  }
  return matches > 0;
}

async function digestAll(keys: readonly string[]): Promise<readonly Uint8Array[]> {
  const cached = digestsOf.get(keys);
  if (cached !== undefined) return cached;
  const digests = await Promise.all(keys.map(sha256));
  digestsOf.set(keys, digests);
  return digests;
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
