/** Calls of `wx` as promises of a `Result`. They use callbacks, as base libraries below 2.10.2 return no promises. */
import { err, ok, type Result } from "./codecs.ts";

/** The two callbacks a call takes. */
export interface Callbacks<T> {
  readonly success: (value: T) => void;
  readonly fail: (failure: unknown) => void;
}

/** Calls a function of `wx`. @param call passes the callbacks to `wx`; an error it throws counts as a failure */
export function callWx<T>(call: (callbacks: Callbacks<T>) => unknown): Promise<Result<T, unknown>> {
  return new Promise((resolve) => {
    const fail = (failure: unknown) => resolve(err(failure));
    try {
      call({ success: (value) => resolve(ok(value)), fail });
    } catch (thrown) {
      fail(thrown);
    }
  });
}

/** Returns WeChat's error text, for display; empty when there is none. */
export function messageOf(failure: unknown): string {
  if (typeof failure === "string") return failure;
  const { errMsg, message }: { errMsg?: unknown; message?: unknown } =
    typeof failure === "object" && failure !== null ? failure : {};
  if (typeof errMsg === "string") return errMsg;
  return typeof message === "string" ? message : "";
}
