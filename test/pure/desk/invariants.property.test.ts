/**
 * Invariants of desk and conversations for every order of events, calls and restarts. The long run: `npm run test:long
 * -- --desk`.
 */
import fc from "fast-check";
import { describe, it } from "vitest";
import { deskStory, findBrokenChecks } from "../../support/desk-stories.ts";

describe("desk and conversations, in any order of events, lost and late calls, and restarts", () => {
  it("pass every check of the model, and the pages converge", ({ expect }) => {
    fc.assert(
      fc.property(deskStory, (story) => {
        expect(findBrokenChecks(story)).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });
});
