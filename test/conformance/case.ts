/**
 * A case and its possible results. A case has its own texts in Chinese and English: what it checks, what a failure
 * means for the users of the server, and the cure. The README's table is made of them.
 */
import type { PushMode } from "./push.ts";
import type { Session } from "./session.ts";

/** A text in both languages; alike when it is only a figure. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** MUST: the platform or security breaks. SHOULD: good practice. INFO: only reported, never a failure. */
export type Level = "MUST" | "SHOULD" | "INFO";

/** `unseen`: not visible from outside. `inapplicable`: not in this mode. `note`: what an INFO case saw. */
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
  /** What a failure means for users. */
  readonly means: Words;
  /** What to do about it. */
  readonly cure: Words;
  /** Section of WECHAT.md. */
  readonly source: string;
  /** The modes it applies to; absent: all. */
  readonly modes?: readonly PushMode[];
  /** Whether it says anything about a server that takes no genuine push; absent: it does not. */
  readonly withoutPushes?: true;
  run(session: Session): Promise<Verdict>;
}

/** The modes with a ciphertext. */
export const ENCRYPTED: readonly PushMode[] = ["secure", "compatible"];

/** Words in both languages; one text when it is a figure. */
export function say(zh: string, en = zh): Words {
  return { zh, en };
}

/** As it must be. */
export function ok(fact?: Words): Verdict {
  return fact === undefined ? { state: "ok" } : { state: "ok", fact };
}

/** Something is wrong. */
export function failed(fact: Words): Verdict {
  return { state: "failed", fact };
}

/** It could not be seen. */
export function unseen(fact: Words): Verdict {
  return { state: "unseen", fact };
}

/** The observation, without a verdict. */
export function note(fact: Words): Verdict {
  return { state: "note", fact };
}

/** Several texts as one. */
export function join(facts: readonly Words[], separator = "; "): Words {
  return say(facts.map(({ zh }) => zh).join(separator), facts.map(({ en }) => en).join(separator));
}
