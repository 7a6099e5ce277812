/**
 * Returns name and reaction of WeChat's error codes, without the texts about them (`errcode.ts`): these are most of the
 * table and are loaded by `import()`, because a push uses none of them.
 */
import type { CodeEntry } from "./api/call-api.ts";
import { REACTIONS } from "./errcode-reactions.ts";

/** Used for a code that is not in the table. Never retried: whether a retry would help is unknown. */
export const UNKNOWN_CODE = { name: "unknown_errcode", reaction: "fix" } as const satisfies CodeEntry;

/** Returns name and reaction of a code; WeChat's `CodeTable`. */
export function judgeCode(code: string): CodeEntry {
  return REACTIONS[Number(code)] ?? UNKNOWN_CODE;
}
