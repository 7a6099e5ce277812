/**
 * The progress of a setup: the last genuine verification, the first message, the first reply WeChat accepted. `npm run
 * setup` waits for them. A milestone belongs to the credentials it was reached with: a change of the credentials resets
 * all milestones. Pure; time is an argument.
 *
 * The milestone of the first message is written once per setup, and each isolate reports it to the object once
 * (docs/storage.md, "What a message costs").
 */
import { isFresh } from "../../../shared/base/clock-setback.ts";

/** The milestones of a setup. */
export type Milestone = "verified" | "message" | "answer";

/** When each milestone was reached, epoch ms; 0 = not yet. */
export interface Milestones extends Readonly<Record<Milestone, number>> {
  /** A short hash of the credentials with which the milestones were reached. */
  readonly setup: string;
}

/** The milestones before any was reached. */
export const NO_MILESTONES: Milestones = { setup: "", verified: 0, message: 0, answer: 0 };

/**
 * Minimum interval between two writes of `verified`, milliseconds. The console's button may be pressed often, and a
 * genuine request can be replayed by anyone who captured it.
 */
const VERIFIED_STEP_MS = 60_000;

/** Returns the milestones reached with these credentials. */
export function milestonesOf(known: Milestones, setup: string): Milestones {
  return known.setup === setup ? known : { ...NO_MILESTONES, setup };
}

/**
 * Records a milestone.
 *
 * @returns the milestones to store; undefined when nothing changes
 */
export function addMilestone(
  known: Milestones,
  setup: string,
  milestone: Milestone,
  now: number,
): Milestones | undefined {
  const current = milestonesOf(known, setup);
  const isKept = milestone === "verified" ? isFresh(current.verified, now, VERIFIED_STEP_MS) : current[milestone] > 0;
  return isKept ? undefined : { ...current, [milestone]: now };
}
