/**
 * The reply quota as shown: what is left, for how long, how urgent it is, and what a text uses. The server counts it.
 * Pure.
 */
import type { WindowJson } from "../../shared/api/schemas.ts";
import { CHANNEL_RULES } from "../../shared/message/channel-rules.ts";
import { splitText } from "../../shared/text/split.ts";

/** `warn`: 2 sends or at most 2 hours left; `bad`: 1 send left; `none`: used up, expired, or unknown. */
export type QuotaLevel = "ok" | "warn" | "bad" | "none";

/** The quota of a conversation at a given time. */
export interface Quota {
  readonly level: QuotaLevel;
  /** Why nothing can be sent; null: sending is possible. */
  readonly closed: "used_up" | "over" | "never" | "unknown" | null;
  readonly left: number;
  readonly total: number;
  /** The remaining time, milliseconds; 0 when it has expired. */
  readonly leftMs: number;
  /** The remaining share of the grant's duration, 0 to 1. */
  readonly share: number;
}

const SOON_MS = 2 * 3_600_000;
const RULES = CHANNEL_RULES["mini-program"];

/** Returns the quota. @param now the server's time, epoch ms */
export function quotaOf(window: WindowJson, now: number): Quota {
  const rule = window.grant === "enter" ? RULES.grants.enter : RULES.grants.message;
  const leftMs = window.expiresAt === null ? 0 : Math.max(0, Date.parse(window.expiresAt) - now);
  const left = leftMs === 0 ? 0 : window.remaining;
  const closed = closedBy(window, leftMs);
  const head = { left, total: rule.count, leftMs, share: Math.min(1, leftMs / rule.durationMs), closed };
  if (closed !== null) return { ...head, level: "none" };
  if (left === 1) return { ...head, level: "bad" };
  return { ...head, level: left === 2 || leftMs <= SOON_MS ? "warn" : "ok" };
}

function closedBy(window: WindowJson, leftMs: number): Quota["closed"] {
  if (window.status === "unknown") return "unknown";
  if (window.expiresAt === null || window.grant === null) return "never";
  if (leftMs === 0) return "over";
  return window.remaining === 0 ? "used_up" : null;
}

/** Returns how many sends a text uses; null: it is too long for one message. */
export function countSends(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === "") return 0;
  const parts = splitText(trimmed, RULES.text.limit, RULES.text.unit, RULES.text.maxParts);
  return parts.ok ? parts.value.length : null;
}

/** The maximum size of a picture, bytes. */
export const MAX_PICTURE_BYTES = RULES.imageBytes;
