/** Outcomes of an attempt, for tests. */
import {
  pauseCauseOf,
  type AttemptOutcome,
  type PauseCause,
  type PauseVerdict,
} from "../../shared/message/delivery.ts";
import { describeErrcode } from "../../worker/channels/wechat/errcode.ts";

/** The outcome of an attempt that the platform accepted. */
export const ACCEPTED: AttemptOutcome = { result: "accepted" };

/** Returns the outcome of a send that WeChat refused with this errcode. */
export function rejected(
  errcode: number,
  verdict: PauseVerdict = {},
): Extract<AttemptOutcome, { readonly result: "rejected" }> {
  const { name, reaction, reach } = describeErrcode(errcode);
  return { result: "rejected", code: String(errcode), name, reaction, ...(reach && { reach }), ...verdict };
}

/** Returns the cause of the pause that this errcode of a send starts. */
export function pauseCause(errcode: number): PauseCause {
  const cause = pauseCauseOf(rejected(errcode));
  if (cause === undefined) throw new Error(`${errcode} does not pause`);
  return cause;
}
