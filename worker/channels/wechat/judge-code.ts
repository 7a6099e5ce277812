/**
 * Looks up WeChat's error codes for calls. The table is loaded when the first code is looked up: most of the table is
 * texts, and a send that WeChat accepts does not need it.
 */
import type { CodeEntry } from "./api/call-api.ts";

/** Returns name and reaction of a code, with its texts; WeChat's `CodeTable`. */
export async function judgeCode(code: string): Promise<CodeEntry> {
  const { describeCode } = await import("./errcode.ts");
  return describeCode(code);
}
