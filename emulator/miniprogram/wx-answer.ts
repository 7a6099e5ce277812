/** How functions of `wx` answer: by `success`, `fail` and `complete` where given, else by a promise. */
import type { Result } from "../../shared/base/result.ts";
import { call } from "./page-stack.ts";
import { isObject } from "./program.ts";

/** What a call is given, and what the callbacks are in. */
export type WxOptions = Readonly<Record<string, unknown>>;

/** What went wrong: `errMsg` without the function's name. */
export interface WxFailure {
  readonly why: string;
  readonly errCode?: number;
}

/** How a call ended; on success with the fields of the answer beside `errMsg`. */
export type WxOutcome = Result<object, WxFailure>;

/** Nothing to tell but that it worked. */
export const WX_OK: WxOutcome = { ok: true, value: {} };

/** A function of `wx`. */
export type WxFunction = (given?: unknown) => Promise<unknown> | undefined;

/** Makes a function of `wx`. */
export function answering(name: string, run: (options: WxOptions) => WxOutcome | Promise<WxOutcome>): WxFunction {
  return (given) => {
    const options: WxOptions = isObject(given) ? given : {};
    const told = Promise.resolve(run(options)).then((outcome) => tellCallbacks(name, options, outcome));
    if (["success", "fail", "complete"].some((callback) => typeof options[callback] === "function")) return undefined;
    return told.then(({ isOk, result }) => {
      if (!isOk) throw new WxError(result);
      return result;
    });
  };
}

function tellCallbacks(name: string, options: WxOptions, outcome: WxOutcome) {
  const { ok: isOk } = outcome;
  const result = isOk ? { errMsg: `${name}:ok`, ...outcome.value } : toFailed(name, outcome.error);
  call(options, isOk ? "success" : "fail", result);
  call(options, "complete", result);
  return { isOk, result };
}

function toFailed(name: string, { why, errCode }: WxFailure) {
  return { errMsg: `${name}:fail ${why}`, ...(errCode !== undefined && { errCode }) };
}

/** What a promise of `wx` is refused with. */
class WxError extends Error {
  readonly errMsg: string;

  constructor({ errMsg }: { readonly errMsg: string }) {
    super(errMsg);
    this.name = "WxError";
    this.errMsg = errMsg;
  }
}
