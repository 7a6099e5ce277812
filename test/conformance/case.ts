/**
 * A case and its possible results. A case has its own texts in Chinese and English: what it checks, what a failure
 * means for the users of the server, and the fix. The README's table is generated from them.
 */
import type { PushMode } from "./push.ts";
import type { Session } from "./session.ts";

/** A text in both languages; identical when it is only a number. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** MUST: the platform or security breaks. SHOULD: good practice. INFO: only reported, never a failure. */
export type Level = "MUST" | "SHOULD" | "INFO";

/**
 * The result of a case. `unseen`: cannot be determined from outside. `inapplicable`: the case does not exist in this
 * mode. `note`: what an INFO case observed.
 */
export type Verdict =
  | { readonly state: "ok"; readonly fact?: Words }
  | { readonly state: "inapplicable"; readonly fact?: never }
  | { readonly state: "failed" | "unseen" | "note"; readonly fact: Words };

/** A case. Its group is the part of the id before the dot. */
export interface Case {
  readonly id: string;
  readonly level: Level;
  /** What is checked. */
  readonly what: Words;
  /** What a failure means for users of the server. */
  readonly means: Words;
  /** How to fix it. */
  readonly cure: Words;
  /** Section of WECHAT.md. */
  readonly source: string;
  /** The modes it applies to; absent: all. */
  readonly modes?: readonly PushMode[];
  /** Whether the case is meaningful for a server that accepts no genuine push; absent: it is not. */
  readonly withoutPushes?: true;
  run(session: Session): Promise<Verdict>;
}

/** The modes in which pushes are encrypted. */
export const ENCRYPTED: readonly PushMode[] = ["secure", "compatible"];

/** Makes a text in both languages; without the English one, the first text is used for both. */
export function say(zh: string, en = zh): Words {
  return { zh, en };
}

/** Returns the verdict of a case that passed. */
export function ok(fact?: Words): Verdict {
  return fact === undefined ? { state: "ok" } : { state: "ok", fact };
}

/** Returns the verdict of a case that failed, with the observed error. */
export function failed(fact: Words): Verdict {
  return { state: "failed", fact };
}

/** Returns the verdict of a case whose result cannot be determined from outside, with the reason. */
export function unseen(fact: Words): Verdict {
  return { state: "unseen", fact };
}

/** Returns the verdict of an INFO case: what was observed. */
export function note(fact: Words): Verdict {
  return { state: "note", fact };
}

/** Joins several texts, in each language. */
export function join(facts: readonly Words[], separator = "; "): Words {
  return say(facts.map(({ zh }) => zh).join(separator), facts.map(({ en }) => en).join(separator));
}
