import { describe, it } from "vitest";
import { beginTrail, followFrame, resumeTrail } from "../../../worker/desk/socket/core/trail.ts";

describe("the trail of a page", () => {
  it("begins again after more removals than it keeps", ({ expect }) => {
    const trail = beginTrail("a1", ["queue"], "r");
    const removes = Array.from({ length: 20_000 }, (_, index) => String(index));
    const frame = { type: "delta", from: 0, epoch: "e", rev: 9, counts: {}, upserts: [], removes } as const;
    const next = followFrame(trail, frame, { ...trail.subscription, epoch: "e", rev: 9 });
    expect(next).toMatchObject({ since: 9, removed: new Map() });
    const page = { epoch: "e", rev: 3, views: ["queue"], rights: "r" } as const;
    expect(resumeTrail(next, page).subscription.epoch).toBeNull();
  });
});
