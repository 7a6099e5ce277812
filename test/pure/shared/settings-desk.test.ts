/** The part of the settings that is about the desk: defaults, ranges, texts, and problems with their remedies. */
import { describe, it } from "vitest";
import { parseSettings } from "../../support/settings.ts";

const FALLBACK = { type: "handover" };

function parse(desk: unknown) {
  return parseSettings({ fallback: FALLBACK, desk });
}

/** The problems, as `path: problem (remedy)`. */
function tell(desk: unknown): string[] {
  const parsed = parse(desk);
  return parsed.ok ? [] : parsed.error.map(({ path, problem, cure }) => `${path}: ${problem} (${cure})`);
}

describe("the settings of the desk", () => {
  it("are left out of settings without them, and have a default for each key", ({ expect }) => {
    const without = parseSettings({ fallback: FALLBACK });
    expect(without.ok && "desk" in without.value).toBe(false);
    const parsed = parse({ offerSeconds: 30 });
    expect(parsed.ok && parsed.value.desk).toEqual({
      offerSeconds: 30,
      maxMissedOffers: 2,
      idleWarningMinutes: null,
      idleCloseMinutes: null,
      texts: {
        away: "客服暂时不在线，您的消息已收到，客服上线后会尽快回复。",
        idle: "您好，请问还需要帮助吗？如果没有其他问题，本次会话稍后将结束。",
        closing: null,
        thanks: null,
        rating: null,
      },
    });
    expect(parsed.ok && parse(parsed.value.desk)).toEqual(parsed);
  });

  it("are within their ranges; a problem names the field, the rule and the remedy", ({ expect }) => {
    expect(tell({ offerSeconds: 0, maxMissedOffers: 1, idleWarningMinutes: 1, idleCloseMinutes: 2 })).toEqual([]);
    expect(tell({ offerSeconds: 10, maxMissedOffers: 20, idleWarningMinutes: 2_879, idleCloseMinutes: 2_880 })).toEqual(
      [],
    );
    expect(
      tell({ offerSeconds: 601, maxMissedOffers: 0, idleWarningMinutes: 0, idleCloseMinutes: 2_881, color: "red" }),
    ).toEqual([
      "desk.offerSeconds: is more than 600 (write 0 to 600 seconds)",
      "desk.maxMissedOffers: is less than 1 (write 1 to 20 offers)",
      "desk.idleWarningMinutes: is less than 1 (write 1 to 2880 minutes, or null for never)",
      "desk.idleCloseMinutes: is more than 2880 (write 1 to 2880 minutes, or null for never)",
      "desk.color: is not a known setting (correct the name or remove the entry)",
    ]);
    expect(tell({ offerSeconds: 9 })).toEqual([
      "desk.offerSeconds: is less than 10 and not 0 (write 10 to 600 seconds, or 0 to assign without an offer)",
    ]);
    expect(tell({ offerSeconds: 10.5 })).toEqual(["desk.offerSeconds: is not a whole number (write whole seconds)"]);
  });

  it("close a session only after its user was warned", ({ expect }) => {
    expect(tell({ idleWarningMinutes: 10, idleCloseMinutes: 10 })).toEqual([
      "desk.idleCloseMinutes: is not longer than idleWarningMinutes (write more minutes, so that the user is warned before the session is closed)",
    ]);
    expect(tell({ idleWarningMinutes: 10 })).toEqual([]);
    expect(tell({ idleCloseMinutes: 10 })).toEqual([]);
  });

  it("have texts that can be sent: not blank, not too long, with variables of their own and the account's links", ({
    expect,
  }) => {
    expect(
      tell({ texts: { away: "{{openHours}}{{openHoursEn}}{{date}}{{time}}", closing: "再见", rating: "1–5" } }),
    ).toEqual([]);
    expect(tell({ texts: { away: " \u200b", idle: "长".repeat(301), closing: "{{content}}" } })).toEqual([
      "desk.texts.away: must not be blank (write a text)",
      "desk.texts.idle: has more than 300 characters (shorten it)",
      "desk.texts.closing: {{content}} is not available in a desk text (use {{openHours}}, {{openHoursEn}}, {{date}}, {{time}})",
    ]);
    const link = '<a href="x" data-miniprogram-appid="wxffffffffffffffff" data-miniprogram-path="p">评价</a>';
    expect(tell({ texts: { rating: link } })).toEqual([expect.stringMatching(/^desk\.texts\.rating: /)]);
  });
});
