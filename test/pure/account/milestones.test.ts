import { describe, it } from "vitest";
import { milestonesOf, NO_MILESTONES, addMilestone, type Milestones } from "../../../worker/account/core/milestones.ts";
import { setupText } from "../../../worker/config/credentials-fingerprint.ts";

const NOW = Date.UTC(2026, 10, 22, 9);
const reached: Milestones = { setup: "one", verified: NOW, message: NOW, answer: NOW };

describe("milestones", () => {
  it("are recorded with their time", ({ expect }) => {
    expect(addMilestone(NO_MILESTONES, "one", "message", NOW)).toEqual({
      ...NO_MILESTONES,
      setup: "one",
      message: NOW,
    });
  });

  it("of messages and answers are written once: the first counts", ({ expect }) => {
    expect(addMilestone(reached, "one", "message", NOW + 86_400_000)).toBeUndefined();
    expect(addMilestone(reached, "one", "answer", NOW + 86_400_000)).toBeUndefined();
  });

  it("of verifications move with the last one, but not more than once a minute", ({ expect }) => {
    expect(addMilestone(reached, "one", "verified", NOW + 59_999)).toBeUndefined();
    expect(addMilestone(reached, "one", "verified", NOW + 60_000)).toEqual({ ...reached, verified: NOW + 60_000 });
  });

  it("belong to their credentials: with others no milestone is reached", ({ expect }) => {
    expect(milestonesOf(reached, "two")).toEqual({ ...NO_MILESTONES, setup: "two" });
    expect(addMilestone(reached, "two", "answer", NOW + 1)).toEqual({
      setup: "two",
      verified: 0,
      message: 0,
      answer: NOW + 1,
    });
  });

  it.for(["appid", "secret", "mode"] as const)("treat another %s as other credentials", (field, { expect }) => {
    const app = {
      channel: "mini-program",
      appid: "wx1",
      secret: "s",
      tokens: ["t"],
      aesKeys: ["k"],
      mode: "secure",
    } as const;
    const texts = new Set([
      setupText(app),
      setupText({ ...app, [field]: "plain" }),
      setupText({ ...app, tokens: ["u", "t"] }),
      setupText({ ...app, aesKeys: ["l"] }),
    ]);
    expect(texts.size).toBe(4);
  });
});
