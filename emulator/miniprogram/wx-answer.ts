/**
 * How functions of `wx` return their outcome: through `success`, `fail` and `complete` if given, otherwise as a
 * promise.
 */
import type { Result } from "../../shared/base/result.ts";
import { call } from "./page-stack.ts";
import { isObject } from "./program.ts";

/** The argument of a call, which contains the callbacks. */
export type WxOptions = Readonly<Record<string, unknown>>;

/** The error of a call: `why` becomes the end of `errMsg`, after the function's name. */
export interface WxFailure {
  readonly why: string;
  readonly errCode?: number;
}

/** The outcome of a call; on success, the fields of the result are returned together with `errMsg`. */
export type WxOutcome = Result<object, WxFailure>;

/** A success without a result. */
export const WX_OK: WxOutcome = { ok: true, value: {} };

/** A function of `wx`. */
export type WxFunction = (given?: unknown) => Promise<unknown> | undefined;

/**
 * Creates a function of `wx` from the code that computes its outcome. The function returns a promise, or undefined when
 * the caller gave a callback.
 */
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

/** The error with which a promise of a `wx` function is rejected. */
class WxError extends Error {
  readonly errMsg: string;

  constructor({ errMsg }: { readonly errMsg: string }) {
    super(errMsg);
    this.name = "WxError";
    this.errMsg = errMsg;
  }
}
