import { describe, it } from "vitest";
import { writeAlert, type Alert } from "../../../worker/alerts/core/alert.ts";
import { ALERT_REASONS } from "../../../worker/alerts/core/reasons.ts";

const MINUTE_MS = 60_000;
const waiting = (count: number, waitedMs: number): Alert => {
  return { type: "waiting", causes: [{ cause: "no_agent", count, waitedMs }] };
};

describe("the text of an alert", () => {
  it("names count, longest wait and the desk, in Chinese and in English", ({ expect }) => {
    const both: Alert = {
      type: "waiting",
      causes: [
        { cause: "no_agent", count: 1, waitedMs: 59_999 },
        { cause: "long_wait", count: 3, waitedMs: 61 * MINUTE_MS },
      ],
    };
    expect(writeAlert(both, "zh", "https://k.example.com/desk")).toBe(
      "【客服】1 位用户在等待，没有客服在线。最长等待：不到 1 分钟。\n3 位用户在等待回复。最长等待：1 小时 1 分钟。\n打开工作台：https://k.example.com/desk",
    );
    expect(writeAlert(both, "en", "https://k.example.com/desk")).toBe(
      "[Support desk] 1 user is waiting and no agent is online; the longest wait is less than a minute.\n3 users are waiting for an answer; the longest wait is 1 h 1 min.\nOpen the desk: https://k.example.com/desk",
    );
  });

  it("has no link when the address of the desk is not known", ({ expect }) => {
    expect(writeAlert(waiting(2, 5 * MINUTE_MS), "zh", undefined)).toBe(
      "【客服】2 位用户在等待，没有客服在线。最长等待：5 分钟。",
    );
    expect(writeAlert(waiting(2, -1), "en", undefined)).toContain("less than a minute");
  });

  it("always contains what robots can demand as a keyword", ({ expect }) => {
    const alerts: readonly Alert[] = [waiting(1, 0), { type: "ended" }, { type: "test", robot: "duty" }];
    for (const alert of alerts) {
      expect(writeAlert(alert, "zh", undefined)).toContain("客服");
      expect(writeAlert(alert, "en", undefined)).toContain("Support desk");
    }
  });
});

describe("a reason why a robot did not accept a message", () => {
  it.for(Object.entries(ALERT_REASONS))(
    "%s has meaning and fix in both languages",
    ([, { meaning, cure }], { expect }) => {
      for (const { zh, en } of [meaning, cure]) {
        expect(zh).toMatch(/\p{Script=Han}/u);
        expect(en).toMatch(/^[a-zA-Z]/);
      }
    },
  );
});
