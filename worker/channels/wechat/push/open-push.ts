/**
 * The only entry point for pushes: from query and body of a push it returns the fields, or why the push is rejected
 * (WECHAT.md §1.2–1.4, docs/design/push-trust.md). Cheapest checks first. Before the signature is verified, only the
 * envelope of an encrypted push is parsed, to find the ciphertext.
 */
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import { cipherFor, type MessageCipher } from "./crypt.ts";
import { describeEnvelopeProblem, readEnvelope, type Envelope, type EnvelopeProblem } from "./envelope.ts";
import type {
  EchoProblem,
  PushCredentials,
  PushProblem,
  PushQuery,
  OpenedPush,
  UnauthenticProblem,
} from "./received-push.ts";
import { verifySignature } from "./signature.ts";
import { MAX_WIRE_LENGTH } from "./wire.ts";
import type { TextFrame } from "./xml/frame.ts";

export type { EchoProblem, PushCredentials, PushMode, PushProblem, PushQuery, OpenedPush } from "./received-push.ts";

/**
 * The maximum difference between now and the timestamp of a plaintext push, in both directions, milliseconds: its
 * signature does not cover the body, so a captured signature would be valid for any body.
 */
const PLAIN_MAX_AGE_MS = 300_000;
const TIMESTAMP = /^\d{1,12}$/;

/**
 * Answers the console's URL verification, which is the same in all modes (WECHAT.md §1.2).
 *
 * @returns echostr, to be sent back as the whole body; or why the request is rejected
 */
export async function verifyEcho(query: PushQuery, credentials: PushCredentials): Promise<Result<string, EchoProblem>> {
  const { signature, timestamp, nonce, echostr } = query;
  if (signature === undefined) return err({ reason: "missing_parameter", name: "signature" });
  if (timestamp === undefined) return err({ reason: "missing_parameter", name: "timestamp" });
  if (nonce === undefined) return err({ reason: "missing_parameter", name: "nonce" });
  if (echostr === undefined) return err({ reason: "missing_parameter", name: "echostr" });
  const token = await findToken(credentials.tokens, [timestamp, nonce], signature);
  return token === undefined ? err({ reason: "bad_signature" }) : ok(echostr);
}

/**
 * Opens a push; the channel parses its fields.
 *
 * @param query the query of the request
 * @param body the whole body
 * @param credentials of the app the URL belongs to
 * @param texts the fields with users' texts in the channel's pushes, for the envelope and for the decrypted text
 * @param now epoch milliseconds
 * @param maxAgeMs the maximum difference between now and the signed timestamp of an encrypted push, in both directions;
 *   0: any
 * @throws Error when a push is encrypted and a configured EncodingAESKey is malformed or none is configured
 */
export async function openPush(
  query: PushQuery,
  body: string,
  credentials: PushCredentials,
  texts: TextFrame,
  now: number,
  maxAgeMs: number,
): Promise<Result<OpenedPush, PushProblem>> {
  const { timestamp, nonce, signature, msg_signature } = query;
  if (timestamp === undefined) return refuse({ reason: "missing_parameter", name: "timestamp" });
  if (nonce === undefined) return refuse({ reason: "missing_parameter", name: "nonce" });
  if (body.length > MAX_WIRE_LENGTH) return refuse({ reason: "bad_envelope", problem: { reason: "too_large" } });
  return credentials.mode === "plain"
    ? openPlain({ timestamp, nonce, signature }, body, credentials, { texts, now })
    : openEncrypted({ timestamp, nonce, signature: msg_signature }, body, credentials, { texts, now, maxAgeMs });
}

/** The part of the query that a push mode uses. */
interface SignedQuery {
  readonly timestamp: string;
  readonly nonce: string;
  /** `msg_signature` of an encrypted push, `signature` of a plaintext one. */
  readonly signature: string | undefined;
}

interface OpenOptions {
  readonly texts: TextFrame;
  /** The time of the check, epoch ms. */
  readonly now: number;
}

/**
 * Opens a push in secure or compatible mode: only `Encrypt` is used, and only `msg_signature` covers it. The age is
 * checked after the signature, so a rejection for age means that WeChat did sign the push.
 */
async function openEncrypted(
  query: SignedQuery,
  body: string,
  credentials: PushCredentials,
  { texts, now, maxAgeMs }: OpenOptions & { readonly maxAgeMs: number },
): Promise<Result<OpenedPush, PushProblem>> {
  const envelope = readEnvelope(body, texts);
  if (!envelope.ok) return refuse({ reason: "bad_envelope", problem: envelope.error });
  const { encrypt, format } = envelope.value;
  const { appid, mode, tokens, aesKeys } = credentials;
  if (encrypt === undefined) return refuse({ reason: "push_mode_mismatch", expected: mode, came: "plaintext" });
  const { signature: expected, timestamp, nonce } = query;
  if (expected === undefined) return refuse({ reason: "missing_parameter", name: "msg_signature" });
  const token = await findToken(tokens, [timestamp, nonce, encrypt], expected);
  if (token === undefined) return refuse({ reason: "bad_signature" });
  const stale = maxAgeMs === 0 ? undefined : findStale(timestamp, now, maxAgeMs);
  if (stale !== undefined) return refuse(stale);
  const opened = await openWithAny(aesKeys, encrypt, appid);
  if (!opened.ok) return refuse(opened.error);
  const { text, cipher } = opened.value;
  const read = readContent(text, readEnvelope(text, texts), timestamp);
  return read.ok ? ok({ ...read.value, format, seal: { token, cipher, appid } }) : read;
}

/**
 * Opens a push in plaintext mode. The signature covers only timestamp and nonce, so it does not authenticate the body;
 * within its 300 s the push still counts as authentic, because this mode offers nothing stronger. Therefore `/healthz`
 * warns of plaintext mode.
 */
async function openPlain(
  query: SignedQuery,
  body: string,
  credentials: PushCredentials,
  { texts, now }: OpenOptions,
): Promise<Result<OpenedPush, PushProblem>> {
  const { signature, timestamp, nonce } = query;
  if (signature === undefined) return refuse({ reason: "missing_parameter", name: "signature" });
  const token = await findToken(credentials.tokens, [timestamp, nonce], signature);
  if (token === undefined) return refuse({ reason: "bad_signature" });
  const stale = findStale(timestamp, now, PLAIN_MAX_AGE_MS);
  if (stale !== undefined) return refuse(stale);
  const envelope = readEnvelope(body, texts);
  if (envelope.ok && envelope.value.encrypt !== undefined) {
    return refuse({ reason: "push_mode_mismatch", expected: "plain", came: "encrypted" });
  }
  return readContent(body, envelope, timestamp);
}

/**
 * Returns the problem if the signed timestamp is not a number, too old, or too far in the future; otherwise undefined.
 */
function findStale(timestamp: string, now: number, maxAgeMs: number): UnauthenticProblem | undefined {
  if (!TIMESTAMP.test(timestamp)) return { reason: "stale" };
  const ageMs = now - Number(timestamp) * 1_000;
  return Math.abs(ageMs) > maxAgeMs ? { reason: "stale", ageMs } : undefined;
}

/** Returns the first token whose signature over the parts is the expected one; undefined when there is none. */
async function findToken(
  tokens: readonly string[],
  parts: readonly string[],
  expected: string,
): Promise<string | undefined> {
  for (const token of tokens) {
    if (await verifySignature([token, ...parts], expected)) return token;
  }
  return undefined;
}

interface DecryptedPush {
  readonly text: string;
  readonly cipher: MessageCipher;
}

/**
 * Decrypts with the first key that yields a message for this app. If all keys fail, returns `wrong_appid` if one key
 * yields a message for another app, otherwise the failure of the first key.
 *
 * @throws Error without a key
 */
async function openWithAny(
  aesKeys: readonly string[],
  encrypt: string,
  appid: string,
): Promise<Result<DecryptedPush, UnauthenticProblem>> {
  const problems: UnauthenticProblem[] = [];
  for (const aesKey of aesKeys) {
    const cipher = await cipherFor(aesKey);
    const opened = await cipher.open(encrypt);
    if (opened.ok && opened.value.receiveId === appid) return ok({ text: opened.value.text, cipher });
    problems.push(opened.ok ? { reason: "wrong_appid" } : { reason: "decrypt_failed", problem: opened.error });
  }
  const problem = problems.find(({ reason }) => reason === "wrong_appid") ?? problems[0];
  if (problem === undefined) throw new Error("receiving encrypted pushes needs an EncodingAESKey");
  return err(problem);
}

/** Returns the fields of an authentic push, or `unreadable`. */
function readContent(
  text: string,
  envelope: Result<Envelope, EnvelopeProblem>,
  timestamp: string,
): Result<OpenedPush, PushProblem> {
  if (!envelope.ok) return unreadable(describeEnvelopeProblem(envelope.error), text);
  const { fields, damaged, format } = envelope.value;
  const signedAt = TIMESTAMP.test(timestamp) ? Number(timestamp) * 1_000 : 0;
  return ok({ fields, ...(damaged !== undefined && { damaged }), format, signedAt, text });
}

/**
 * Returns the problem of an authentic push that cannot be parsed.
 *
 * @param cause the reason, without content
 * @param text the decrypted body
 */
export function unreadable(cause: string, text: string): Result<never, PushProblem> {
  return err({ authentic: true, reason: "unreadable", cause, text });
}

function refuse(problem: UnauthenticProblem): Result<never, PushProblem> {
  return err({ authentic: false, ...problem });
}
