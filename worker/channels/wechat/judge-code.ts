/**
 * What a call has to know of WeChat's codes, without the texts for people (`errcode.ts`): those are loaded by `import()`, as
 * they are most of the table and a push needs none of them.
 */
import type { CodeEntry } from "./api/call-api.ts";
import { REACTIONS } from "./errcode-reactions.ts";

/** A code the table does not have. Never retried: whether that would help is unknown. */
export const UNKNOWN_CODE = { name: "unknown_errcode", reaction: "fix" } as const satisfies CodeEntry;

/** The `CodeTable` of WeChat. */
export function judgeCode(code: string): CodeEntry {
  return REACTIONS[Number(code)] ?? UNKNOWN_CODE;
}
