/**
 * Receives a push of a mini program: opens it as every WeChat push is opened, then reads it as a message or event of
 * this channel.
 */
import { ok, type Result } from "../../../shared/base/result.ts";
import type { Inbound } from "../../../shared/message/inbound.ts";
import {
  openPush,
  unreadable,
  type OpenedPush,
  type PushCredentials,
  type PushProblem,
  type PushQuery,
} from "../wechat/push/open-push.ts";
import { readInbound } from "./read-inbound.ts";

/** An authentic push that was parsed. */
export interface ReceivedPush extends Pick<OpenedPush, "format" | "signedAt" | "seal"> {
  readonly inbound: Inbound;
}

/**
 * Receives a push; the parameters are those of `openPush`.
 *
 * @returns its content, or why it is rejected
 * @throws Error as `openPush` does
 */
export async function receivePush(
  query: PushQuery,
  body: string,
  credentials: PushCredentials,
  now: number,
  maxAgeMs: number,
): Promise<Result<ReceivedPush, PushProblem>> {
  const opened = await openPush(query, body, credentials, now, maxAgeMs);
  if (!opened.ok) return opened;
  const { fields, damaged, text, ...push } = opened.value;
  const inbound = readInbound(fields, damaged);
  if (!inbound.ok) return unreadable(`${inbound.error.field}: ${inbound.error.reason}`, text);
  return ok({ ...push, inbound: inbound.value });
}
