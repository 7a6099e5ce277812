/** Whole pushes as WeChat makes them, signed and encrypted by `independent-crypt.ts`. */
import { ok, type Result } from "../../../shared/base/result.ts";
import { receivePush, type ReceivedPush } from "../../../worker/channels/mini-program/receive-push.ts";
import {
  type PushCredentials,
  type PushMode,
  type PushProblem,
  type PushQuery,
} from "../../../worker/channels/wechat/push/open-push.ts";
import { APP, encrypt, sha1 } from "./independent-crypt.ts";
import { HEAD, MESSAGES, unfold } from "./samples.ts";

/** Ten seconds after the pushes were made. */
export const NOW = 1_760_000_010_000;
/** When they were made, seconds. */
export const TIMESTAMP = "1760000000";
/** The nonce of all of them. */
export const NONCE = "415670741";
/** The content of the sample text. */
export const TEXT = { ...HEAD, ...MESSAGES.text.says };

/** The test app, in the middle of a rotation. */
export function credentials(mode: PushMode): PushCredentials {
  return {
    appid: APP.appid,
    mode,
    tokens: [APP.token, APP.previousToken],
    aesKeys: [APP.aesKey, APP.previousAesKey],
  };
}

/** A request. */
export interface Push {
  readonly query: PushQuery;
  readonly body: string;
}

/** The parts of a push; each can be replaced. */
export interface PushOptions {
  readonly token?: string;
  readonly aesKey?: string;
  readonly appid?: string;
  readonly timestamp?: string;
}

/** A plain push as WeChat makes it. */
export function plainPush(body: string, { token = APP.token, timestamp = TIMESTAMP }: PushOptions = {}): Push {
  return { query: { signature: sha1(token, timestamp, NONCE), timestamp, nonce: NONCE }, body };
}

/** A secure push of a ciphertext. */
export function envelopePush(encrypted: string, format: "xml" | "json", options: PushOptions = {}, plain = ""): Push {
  const { token = APP.token, timestamp = TIMESTAMP } = options;
  const body =
    format === "xml"
      ? `<xml><ToUserName><![CDATA[gh_1]]></ToUserName>${plain}<Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
      : `{"ToUserName":"gh_1",${plain}"Encrypt":"${encrypted}"}`;
  const query = {
    signature: sha1(token, timestamp, NONCE),
    timestamp,
    nonce: NONCE,
    encrypt_type: "aes",
    msg_signature: sha1(token, timestamp, NONCE, encrypted),
  };
  return { query, body };
}

/** A secure push of a text as WeChat makes it. */
export function securePush(text: string | Uint8Array, format: "xml" | "json", options: PushOptions = {}): Push {
  return envelopePush(encrypt(options.aesKey ?? APP.aesKey, text, options.appid ?? APP.appid), format, options);
}

/** A received push, with event and owner in one record. */
interface UnfoldedPush extends Pick<ReceivedPush, "format" | "signedAt" | "seal"> {
  readonly inbound: ReturnType<typeof unfold>;
}

/** Receives a push with the test app's secrets. */
export async function receive(
  push: Push,
  mode: PushMode,
  now = NOW,
  maxAgeMs = 900_000,
): Promise<Result<UnfoldedPush, PushProblem>> {
  const received = await receivePush(push.query, push.body, credentials(mode), now, maxAgeMs);
  if (!received.ok) return received;
  const { format, signedAt, seal, ...read } = received.value;
  return ok({ inbound: unfold(read), format, signedAt, ...(seal !== undefined && { seal }) });
}

/** The result of rejecting a push that is not authentic. */
export function refused(problem: object): object {
  return { ok: false, error: { authentic: false, ...problem } };
}
