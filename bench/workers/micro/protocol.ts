/**
 * The messages between the micro bench and its Worker.
 */

/** The steps, in the order of a push; `whole` is all of them, `nothing` the loop alone. */
export const STEP_NAMES = ["nothing", "envelope", "signature", "decrypt", "parse", "read", "whole", "sketch"] as const;

/** A step. */
export type StepName = (typeof STEP_NAMES)[number];

/** A push as the Worker receives it. */
export interface MicroPush {
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}
