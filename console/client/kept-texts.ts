/**
 * The texts that this browser keeps for agents: drafts and messages that the server does not have yet. They survive a
 * reload, and are removed when the agent signs out or when they were not changed for `MAX_KEPT_MS`.
 */

/** The part of `localStorage` that is used. */
export interface KeptTexts {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, text: string): void;
  removeItem(key: string): void;
}

/** How long a text is kept after its last change, milliseconds; as long as the server keeps a draft. */
export const MAX_KEPT_MS = 30 * 24 * 3_600_000;

const [DRAFTS, UNSENT] = ["edge-kefu.draft.", "edge-kefu.unsent."] as const;

/** Returns what the keys of an agent's drafts begin with; the rest is the conversation. */
export function draftPrefix(agent: string): string {
  return `${DRAFTS}${agent}.`;
}

/** Returns what the keys of an agent's unsent messages begin with; the rest is the tab. */
export function unsentPrefix(agent: string): string {
  return `${UNSENT}${agent}.`;
}

/** Returns the keys that begin with a prefix. */
export function listKept(kept: KeptTexts, prefix: string): readonly string[] {
  try {
    const keys = Array.from({ length: kept.length }, (_, index) => kept.key(index) ?? "");
    return keys.filter((key) => key.startsWith(prefix));
  } catch {
    return []; // the storage is unavailable
  }
}

/** Reads a value. @returns undefined: there is none, or it cannot be read */
export function readKept(kept: KeptTexts, key: string): unknown {
  return readEntry(kept, key)?.value;
}

/** Stores a value with its time. Does nothing when the storage is unavailable or full. @param now epoch ms */
export function keep(kept: KeptTexts, key: string, value: unknown, now: number): void {
  try {
    kept.setItem(key, JSON.stringify({ at: now, value }));
  } catch {
    // the storage is unavailable or full
  }
}

/** Removes a value. */
export function forget(kept: KeptTexts, key: string): void {
  try {
    kept.removeItem(key);
  } catch {
    // the storage is unavailable, so there is nothing to remove
  }
}

/** Removes all texts of an agent. */
export function forgetAgent(kept: KeptTexts, agent: string): void {
  for (const prefix of [draftPrefix(agent), unsentPrefix(agent)])
    for (const key of listKept(kept, prefix)) forget(kept, key);
}

/** Removes the texts of all agents that were not changed for `MAX_KEPT_MS`, and entries that cannot be parsed. */
export function forgetOld(kept: KeptTexts, now: number): void {
  for (const key of [...listKept(kept, DRAFTS), ...listKept(kept, UNSENT)]) {
    const entry = readEntry(kept, key);
    if (entry === undefined || now - entry.at > MAX_KEPT_MS) forget(kept, key);
  }
}

function readEntry(kept: KeptTexts, key: string): { readonly at: number; readonly value: unknown } | undefined {
  try {
    const entry: unknown = JSON.parse(kept.getItem(key) ?? "null");
    if (typeof entry !== "object" || entry === null) return undefined;
    const { at, value }: Readonly<Record<string, unknown>> = { ...entry };
    return typeof at === "number" ? { at, value } : undefined;
  } catch {
    return undefined; // the storage is unavailable, or the entry has another format
  }
}
