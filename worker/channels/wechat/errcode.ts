/**
 * WeChat's error codes for people: what each means, what the operator can do, and how our side reacts (WECHAT.md §4.5).
 * Match on errcode only: errmsg ends in a request id and is worded anew from time to time. Calls use `judge-code.ts`.
 */
import { ERRCODES, type ErrcodeEntry } from "./errcode-table.ts";
import { UNKNOWN_CODE } from "./judge-code.ts";

export { ERRCODES, type ErrcodeEntry } from "./errcode-table.ts";

const UNKNOWN: ErrcodeEntry = {
  ...UNKNOWN_CODE,
  meaning: { zh: "未收录的错误码", en: "a code this version does not know" },
  cure: { zh: "在微信官方错误码文档中查询该错误码", en: "look the code up in WeChat's own list of error codes" },
};

/**
 * Describes an errcode of api.weixin.qq.com.
 *
 * @param code the number in the answer's `errcode`; an absent one means success and is not for this function
 * @returns its entry, or a generic one with reaction `fix`
 * @example describeErrcode(45047).reaction // "used"
 */
export function describeErrcode(code: number): ErrcodeEntry {
  return ERRCODES[code] ?? UNKNOWN;
}

/**
 * The same for a code in its stored form.
 *
 * @param code text; a text that is not a number is an unknown code
 */
export function describeCode(code: string): ErrcodeEntry {
  return describeErrcode(Number(code));
}
