/** Webhook cursors whose times are further in the future than any delay, because the clock was set back. */
import { describe, it } from "vitest";
import { correctCursorTimes } from "../../../worker/conversation/core/plausible-times.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("the cursors of webhooks", () => {
  const NOW = 1_760_000_000_000;
  const cursor = { after: 5, tries: 2, since: NOW - HOUR, nextAt: NOW + MINUTE };

  it("are unchanged while their times are plausible", ({ expect }) => {
    for (const cursors of [{}, { crm: cursor }]) expect(correctCursorTimes(cursors, NOW)).toBe(cursors);
  });

  it("are due at once when their times are implausibly far in the future, each separately", ({ expect }) => {
    const ahead = { ...cursor, since: NOW + DAY, nextAt: NOW + 3 * DAY };
    expect(correctCursorTimes({ crm: cursor, bot: ahead }, NOW)).toEqual({
      crm: cursor,
      bot: { ...cursor, since: NOW, nextAt: NOW },
    });
  });
});
