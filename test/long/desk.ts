/**
 * Random stories of a desk and its conversations for as long as there is time (test/support/desk-stories.ts): the long
 * form of test/pure/desk/invariants.property.test.ts.
 */
import fc from "fast-check";
import { deskStory, findBrokenChecks, type DeskStory } from "../support/desk-stories.ts";

/** The options of a run. */
export interface DeskOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

/** The result of a run. */
export interface DeskRun {
  readonly seed: number;
  readonly minutes: number;
  readonly stories: number;
  readonly steps: number;
  /** Steps in which the desk was restarted. */
  readonly deaths: number;
  /** Calls and answers that were lost, repeated or delivered out of order. */
  readonly troubles: number;
  /** The smallest story found that breaks a check; null: none. */
  readonly broken: { readonly story: DeskStory; readonly checks: readonly string[] } | null;
}

/** The number of stories between two checks of the elapsed time. */
const BATCH = 500;

/** Runs stories until the time is over or one breaks a check. */
export function runDesk({ minutes, seed, log }: DeskOptions): DeskRun {
  const until = Date.now() + minutes * 60_000;
  const counts = { stories: 0, steps: 0, deaths: 0, troubles: 0 };
  const property = fc.property(deskStory, (story) => {
    counts.stories += 1;
    counts.steps += story.steps.length;
    for (const step of story.steps) {
      if (step.type === "dies" || ("death" in step && step.death !== undefined)) counts.deaths += 1;
      if (step.type === "loses" || step.type === "repeats" || (step.type === "delivers" && step.index > 0))
        counts.troubles += 1;
    }
    return findBrokenChecks(story).length === 0;
  });
  for (let batch = 0; Date.now() < until; batch += 1) {
    const { counterexample } = fc.check(property, { seed: seed + batch, numRuns: BATCH });
    if (counterexample !== null) {
      const [story] = counterexample;
      return { seed, minutes, ...counts, broken: { story, checks: findBrokenChecks(story) } };
    }
    log(`${counts.stories} stories, ${counts.steps} steps, ${counts.deaths} deaths`);
  }
  return { seed, minutes, ...counts, broken: null };
}
