/**
 * KV as a cache that protects against many repeats (DEDUPE_KV = "late"): it contains, for ten minutes, the
 * acknowledgements of pushes that were answered late or arrived twice. KV never decides which delivery is the first,
 * because it may be stale and also caches that a key is missing. Written only for late or repeated pushes, read only
 * for pushes that look repeated, so it costs nothing in normal operation.
 */
import type { Address } from "../../../shared/message/address.ts";
import type { Acknowledgement } from "../../../shared/message/inbound.ts";
import { hashEventKey } from "../../conversation/event-hash.ts";
import { withTimeout } from "../../platform/deadline.ts";
import { errorName, writeLog } from "../../platform/logger.ts";

/**
 * A push looks repeated when it arrives this long after its CreateTime, milliseconds: WeChat repeats after 5 s without
 * an answer.
 */
const LOOKS_REPEATED_MS = 4_000;
/** An answer that took this long may not have reached WeChat, milliseconds; longer than the time limit of a handler. */
const LATE_MS = 3_500;
/** Timeout of the KV read, milliseconds; short, because little time is left for a push that looks repeated. */
const KV_TIMEOUT_MS = 700;
/** Timeout of a KV write after the response, milliseconds. */
const KV_PUT_MS = 3_000;
/**
 * How long an acknowledgement is cached, seconds. WeChat's repeats arrive within seconds; ten minutes also cover an
 * inaccurate clock.
 */
const TTL_SECONDS = 600;
const WRITE_AGAIN_MS = 60_000;
/** The maximum number of keys remembered per isolate: more than the late or repeated pushes of one minute. */
const MAX_WRITTEN = 256;

/** The data of an event that the cache uses. */
export interface DatedEvent extends Address {
  /** The dedupe key of the event. */
  readonly key: string;
  /** CreateTime, or the time of arrival for an event without it, epoch ms. */
  readonly createdAt: number;
  /** When the push arrived, epoch ms. */
  readonly arrivedAt: number;
  /** When the push was signed, epoch ms; 0: unknown. */
  readonly signedAt: number;
}

/**
 * Returns the acknowledgement of an earlier delivery of this push, if the push looks repeated and KV has it; otherwise,
 * and when KV fails, undefined.
 */
export async function knownAcknowledgement(kv: KVNamespace, push: DatedEvent): Promise<Acknowledgement | undefined> {
  if (push.arrivedAt - push.createdAt < LOOKS_REPEATED_MS) return undefined;
  try {
    const known = await withTimeout(KV_TIMEOUT_MS, kv.get(await storageKey(push)));
    return known === "received" || known === "handover" ? known : undefined;
  } catch (error) {
    writeLog("kv_failed", { operation: "read_late_push", error: errorName(error) });
    return undefined;
  }
}

/** Returns whether an acknowledgement must be cached: it was late, or the push had arrived before. */
export function mayBeRepeated(
  push: DatedEvent,
  outcome: { readonly repeated: boolean; readonly answeredAt: number },
): boolean {
  return outcome.repeated || outcome.answeredAt - push.arrivedAt >= LATE_MS;
}

/** When this isolate last wrote each key, epoch ms, oldest first. Per-isolate cache: may be evicted at any time. */
const written = new Map<string, number>();

/**
 * Caches the acknowledgement of a push that may be repeated. An isolate writes each key at most once a minute: KV may
 * report the key as missing for a minute, and a push that is replayed often would use up the daily writes. A failed
 * write is logged.
 */
export async function rememberAcknowledgement(
  kv: KVNamespace,
  push: DatedEvent,
  acknowledgement: Acknowledgement,
): Promise<void> {
  const key = await storageKey(push);
  if (Math.abs(push.arrivedAt - (written.get(key) ?? Number.NEGATIVE_INFINITY)) < WRITE_AGAIN_MS) return;
  written.delete(key);
  written.set(key, push.arrivedAt);
  for (const oldest of written.keys()) {
    if (written.size <= MAX_WRITTEN) break;
    written.delete(oldest);
  }
  try {
    await withTimeout(KV_PUT_MS, kv.put(key, acknowledgement, { expirationTtl: TTL_SECONDS }));
  } catch (error) {
    written.delete(key);
    writeLog("kv_failed", { operation: "write_late_push", error: errorName(error) });
  }
}

async function storageKey(push: DatedEvent): Promise<string> {
  return `seen:${await hashEventKey(push, push.key)}`;
}
