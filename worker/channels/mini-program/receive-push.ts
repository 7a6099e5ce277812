/**
 * Receives a push of a mini program: opens it like every WeChat push, then parses it as a message or event of this
 * channel.
 */
import { ok, type Result } from "../../../shared/base/result.ts";
import {
  openPush,
  unreadable,
  type OpenedPush,
  type PushCredentials,
  type PushProblem,
  type PushQuery,
} from "../wechat/push/open-push.ts";
import { readEvent, type ReadEvent } from "./read-event.ts";
import { TYPED_TEXTS } from "./typed-texts.ts";

/** An authentic push that was parsed. */
export interface ReceivedPush extends Pick<OpenedPush, "format" | "signedAt" | "seal">, ReadEvent {}

/**
 * Receives a push; the parameters are those of `openPush`, without the texts.
 *
 * @returns the event, or why the push is rejected
 * @throws Error as `openPush` does
 */
export async function receivePush(
  query: PushQuery,
  body: string,
  credentials: PushCredentials,
  now: number,
  maxAgeMs: number,
): Promise<Result<ReceivedPush, PushProblem>> {
  const opened = await openPush(query, body, credentials, TYPED_TEXTS, now, maxAgeMs);
  if (!opened.ok) return opened;
  const { fields, damaged, text, format, signedAt, seal } = opened.value;
  const read = readEvent(fields, damaged);
  if (!read.ok) return unreadable(`${read.error.field}: ${read.error.reason}`, text);
  return ok({ ...read.value, format, signedAt, ...(seal !== undefined && { seal }) });
}
