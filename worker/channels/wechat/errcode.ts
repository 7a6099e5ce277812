/**
 * Describes WeChat's error codes for people: what each means, what the operator can do, and how this system reacts
 * (WECHAT.md §4.5). Match on errcode only: errmsg ends in a request id and its wording changes. Calls load this file
 * through `judge-code.ts`.
 */
import { ERRCODES, type ErrcodeEntry } from "./errcode-table.ts";

export { ERRCODES, type ErrcodeEntry } from "./errcode-table.ts";

/**
 * The entry of a code that is not in the table. It is not retried, because it is unknown whether a retry would help.
 */
const UNKNOWN: ErrcodeEntry = {
  name: "unknown_errcode",
  reaction: "fix",
  meaning: { zh: "未收录的错误码", en: "a code this version does not know" },
  cure: { zh: "在微信官方错误码文档中查询该错误码", en: "look up the code in WeChat's official list of error codes" },
};

/**
 * Describes an errcode of api.weixin.qq.com.
 *
 * @param code the number in the answer's `errcode`; without an errcode the call succeeded, so there is nothing to
 * describe
 * @returns its entry, or a generic one with reaction `fix`
 * @example describeErrcode(45047).reaction // "used"
 */
export function describeErrcode(code: number): ErrcodeEntry {
  return ERRCODES[code] ?? UNKNOWN;
}

/**
 * Returns the entry of a code in its stored form, or the entry of an unknown code.
 *
 * @param code a text; a text that is not a number is an unknown code
 */
export function describeCode(code: string): ErrcodeEntry {
  return describeErrcode(Number(code));
}
