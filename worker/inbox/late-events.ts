/**
 * KV as a shield in a storm of retries (DEDUPE_KV = "late"): the answers of pushes that were answered late or came
 * twice, for ten minutes. It never decides what is first: KV may be stale and remembers even that a key was not
 * there. In calm it costs nothing: written only after trouble, read only for pushes that look repeated.
 */
import type { Acknowledgement } from "../../shared/message/inbound.ts";
import { hashEventKey } from "../conversation/event-hash.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog } from "../platform/logger.ts";

/** A push this much older than its arrival looks repeated: WeChat repeats after 5 s without an answer. */
const LOOKS_REPEATED_MS = 4_000;
/** An answer that took this long may not have reached WeChat, milliseconds: longer than a slow handler may take. */
const LATE_MS = 3_500;
/** A push that looks repeated has little time left, milliseconds. */
const KV_TIMEOUT_MS = 700;
/** How long KV has for a write after the response, milliseconds. */
const KV_PUT_MS = 3_000;
/** WeChat's repeats come within seconds; ten minutes cover a stuck clock as well. */
const TTL_SECONDS = 600;
const WRITE_AGAIN_MS = 60_000;
/** More pushes than come late or twice in a minute. */
const MAX_WRITTEN = 256;

/** A push as this shield knows it. */
export interface ArrivedEvent {
  readonly appid: string;
  readonly openid: string;
  /** Its dedupe key. */
  readonly key: string;
  readonly createdAt: number;
  readonly arrivedAt: number;
  /** When it was signed, epoch ms; 0: unknown. */
  readonly signedAt: number;
}

/** The answer an earlier delivery of this push was given, if it looks repeated and KV knows. KV trouble means no. */
export async function knownAnswer(kv: KVNamespace, push: ArrivedEvent): Promise<Acknowledgement | undefined> {
  if (push.arrivedAt - push.createdAt < LOOKS_REPEATED_MS) return undefined;
  try {
    const answer = await withTimeout(KV_TIMEOUT_MS, kv.get(await storageKey(push)));
    return answer === "success" || answer === "transfer" ? answer : undefined;
  } catch (error) {
    writeLog("kv_failed", { operation: "read_late_push", error: errorName(error) });
    return undefined;
  }
}

/** Whether an answer is worth remembering: it came late, or the push had come before. */
export function mayBeRepeated(
  push: ArrivedEvent,
  outcome: { readonly repeated: boolean; readonly answeredAt: number },
): boolean {
  return outcome.repeated || outcome.answeredAt - push.arrivedAt >= LATE_MS;
}

/** When this isolate wrote a key last, epoch ms, oldest first. Per-isolate cache: may be evicted at any time. */
const written = new Map<string, number>();

/**
 * Remembers the answer of a push that may come again. An isolate writes each once a minute at most: for a minute
 * KV may still report the key as missing, and a push that is repeated often would use up the daily writes.
 */
export async function rememberAnswer(kv: KVNamespace, push: ArrivedEvent, answer: Acknowledgement): Promise<void> {
  const key = await storageKey(push);
  if (Math.abs(push.arrivedAt - (written.get(key) ?? Number.NEGATIVE_INFINITY)) < WRITE_AGAIN_MS) return;
  written.delete(key);
  written.set(key, push.arrivedAt);
  for (const oldest of written.keys()) {
    if (written.size <= MAX_WRITTEN) break;
    written.delete(oldest);
  }
  try {
    await withTimeout(KV_PUT_MS, kv.put(key, answer, { expirationTtl: TTL_SECONDS }));
  } catch (error) {
    written.delete(key);
    writeLog("kv_failed", { operation: "write_late_push", error: errorName(error) });
  }
}

async function storageKey(push: ArrivedEvent): Promise<string> {
  return `push:${await hashEventKey(push.appid, push.openid, push.key)}`;
}
