/**
 * The messages between the micro bench and its Worker.
 */

/** The steps, in the order of a push; `whole` is all of them, `nothing` the loop alone. */
export const STEP_NAMES = ["nothing", "envelope", "signature", "decrypt", "parse", "read", "whole", "sketch"] as const;

/** The name of a step. */
export type StepName = (typeof STEP_NAMES)[number];

/** A push as the Worker receives it. */
export interface MicroPush {
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The steps of the desk over many open sessions. */
export const DESK_STEP_NAMES = ["view", "frames", "notification", "wake"] as const;

/** The name of a step of the desk. */
export type DeskStepName = (typeof DESK_STEP_NAMES)[number];
