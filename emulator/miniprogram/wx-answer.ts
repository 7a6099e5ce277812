/** How functions of `wx` answer: by `success`, `fail` and `complete` where given, else by a promise. */
import { call } from "./page-stack.ts";
import { isObject } from "./program.ts";

/** What went wrong: `errMsg` without the function's name. */
export interface WxFailure {
  readonly why: string;
  readonly errCode?: number;
}

/** Makes a function of `wx` from one that says what went wrong, or null. */
export function answering(
  name: string,
  run: (options: Readonly<Record<string, unknown>>) => WxFailure | null,
): (options?: unknown) => Promise<unknown> | undefined {
  return (given) => {
    const options = isObject(given) ? given : {};
    return answer(name, options, Promise.resolve(run(options)));
  };
}

/** Tells the caller of `wx.name` what came of it. @returns a promise where no callback was given, as WeChat does */
export function answer(
  name: string,
  options: Readonly<Record<string, unknown>>,
  outcome: Promise<WxFailure | null>,
): Promise<unknown> | undefined {
  const told = outcome.then((failure) => {
    const errMsg = failure === null ? `${name}:ok` : `${name}:fail ${failure.why}`;
    const result = { errMsg, ...(failure?.errCode !== undefined && { errCode: failure.errCode }) };
    call(options, failure === null ? "success" : "fail", result);
    call(options, "complete", result);
    return { failure, result };
  });
  if (["success", "fail", "complete"].some((callback) => typeof options[callback] === "function")) return undefined;
  return told.then(({ failure, result }) => {
    if (failure !== null) throw new WxError(result.errMsg, result.errCode);
    return result;
  });
}

/** What a promise of `wx` is refused with. */
class WxError extends Error {
  readonly errMsg: string;
  readonly errCode: number | undefined;

  constructor(errMsg: string, errCode: number | undefined) {
    super(errMsg);
    this.name = "WxError";
    this.errMsg = errMsg;
    this.errCode = errCode;
  }
}
