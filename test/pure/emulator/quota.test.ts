/**
 * The reply quota (WECHAT.md §4.4) through the API: the cases of the table, and random histories compared with a model
 * that stores every event and recounts each time.
 */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { createHarness } from "./harness.ts";

const HOUR = 3_600_000;
const MINUTE = 60_000;

describe("the reply quota", () => {
  it("allows nothing for a user who never acted", async ({ expect }) => {
    const { send, text } = createHarness();
    expect(await send(text("oUser"))).toBe(45015);
  });

  it("allows five after a message, then none until the next", async ({ expect }) => {
    const { control, send, text } = createHarness();
    await control.text("oUser", "1");
    for (let sent = 0; sent < 5; sent += 1) expect(await send(text("oUser"))).toBe(0);
    expect(await send(text("oUser"))).toBe(45047);
    expect((await control.chat("oUser")).quota).toStrictEqual({ remaining: 0, expiresAt: null });
    await control.text("oUser", "2");
    expect((await control.chat("oUser")).quota.remaining).toBe(5);
    expect(await send(text("oUser"))).toBe(0);
  });

  it("ends 48 hours after the message", async ({ expect }) => {
    const { control, send, text } = createHarness();
    await control.text("oUser", "1");
    await control.clock({ advanceMs: 48 * HOUR - 1 });
    expect(await send(text("oUser"))).toBe(0);
    await control.clock({ advanceMs: 1 });
    expect(await send(text("oUser"))).toBe(45015);
  });

  it("allows two within a minute of entering", async ({ expect }) => {
    const { control, send, text } = createHarness();
    await control.enter("oUser");
    expect([await send(text("oUser")), await send(text("oUser")), await send(text("oUser"))]).toStrictEqual([
      0, 0, 45047,
    ]);
    await control.clock({ advanceMs: MINUTE });
    expect(await send(text("oUser"))).toBe(45015);
  });

  it("does not sum the two: a sent message counts against both", async ({ expect }) => {
    const { control, send, text } = createHarness();
    await control.text("oUser", "1");
    await control.enter("oUser");
    const errcodes = [];
    for (let sent = 0; sent < 6; sent += 1) errcodes.push(await send(text("oUser")));
    expect(errcodes).toStrictEqual([0, 0, 0, 0, 0, 45047]);
  });

  it.for([
    { enterRefills: false, left: 2 },
    { enterRefills: true, left: 5 },
  ])(
    "leaves $left of a used-up quota when the user enters and enterRefills is $enterRefills",
    async (reading, { expect }) => {
      const { control, send, text } = createHarness({ switches: { enterRefills: reading.enterRefills } });
      await control.text("oUser", "1");
      for (let sent = 0; sent < 5; sent += 1) await send(text("oUser"));
      await control.enter("oUser");
      expect((await control.chat("oUser")).quota.remaining).toBe(reading.left);
    },
  );

  it("ends with the grant that has the most left, of two equal ones with the later", async ({ expect }) => {
    const { control, send, text, state } = createHarness();
    await control.text("oUser", "1");
    for (let sent = 0; sent < 4; sent += 1) await send(text("oUser"));
    await control.enter("oUser");
    expect((await control.chat("oUser")).quota).toStrictEqual({ remaining: 2, expiresAt: state.now + MINUTE });
    await control.text("oUser", "2");
    for (let sent = 0; sent < 3; sent += 1) await send(text("oUser"));
    await control.enter("oUser");
    expect((await control.chat("oUser")).quota).toStrictEqual({ remaining: 2, expiresAt: state.now + 48 * HOUR });
  });

  it("counts from the time when the user wrote, not from the arrival of the push", async ({ expect }) => {
    const { control, state } = createHarness();
    await control.text("oUser", "old", { createTime: state.now / 1000 - 48 * 3600 + 60 });
    expect((await control.chat("oUser")).quota).toStrictEqual({ remaining: 5, expiresAt: state.now + MINUTE });
    await control.text("oUser", "new");
    await control.text("oUser", "older still", { createTime: state.now / 1000 - 40 * 3600 });
    expect((await control.chat("oUser")).quota.expiresAt).toBe(state.now + 48 * HOUR);
  });

  it("is not shortened by an older entering that arrives later", async ({ expect }) => {
    const { control, state } = createHarness();
    await control.enter("oUser");
    await control.enter("oUser", "", { createTime: state.now / 1000 - 50 });
    expect((await control.chat("oUser")).quota).toStrictEqual({ remaining: 2, expiresAt: state.now + MINUTE });
  });

  it("is not opened again by a repeated push, nor by an event", async ({ expect }) => {
    const { control, send, text } = createHarness();
    const { id } = await control.text("oUser", "1");
    await send(text("oUser"));
    await control.redeliver({ id, copies: 3 });
    await control.event("oUser", "subscribe_msg_change_event");
    expect((await control.chat("oUser")).quota.remaining).toBe(4);
  });

  it("follows the table through any history", async ({ expect }) => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant({ kind: "send" as const }) },
      { weight: 2, arbitrary: fc.constant({ kind: "write" as const }) },
      { weight: 2, arbitrary: fc.constant({ kind: "enter" as const }) },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant("wait" as const),
          ms: fc.constantFrom(1, 20_000, 59_999, MINUTE, 47 * HOUR, 48 * HOUR),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { control, send, text, state } = createHarness();
        const history: { kind: "send" | "write" | "enter"; at: number }[] = [];
        for (const action of steps) {
          if (action.kind === "wait") state.now += action.ms;
          if (action.kind === "write") await control.text("oUser", "x");
          if (action.kind === "enter") await control.enter("oUser");
          if (action.kind === "send") {
            const expected = expectedErrcode(history, state.now);
            expect(await send(text("oUser"))).toBe(expected);
            if (expected !== 0) continue;
          }
          if (action.kind !== "wait") history.push({ kind: action.kind, at: state.now });
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** The table of §4.4, counted from the whole history: the newest action of each kind, and the sends after it. */
function expectedErrcode(history: readonly { kind: string; at: number }[], now: number): number {
  const rows = [
    { kind: "write", count: 5, ms: 48 * HOUR },
    { kind: "enter", count: 2, ms: MINUTE },
  ];
  const left = rows.flatMap(({ kind, count, ms }) => {
    const index = history.findLastIndex((event) => event.kind === kind);
    const opened = history[index];
    if (opened === undefined || now >= opened.at + ms) return [];
    return [count - history.slice(index).filter((event) => event.kind === "send").length];
  });
  if (left.length === 0) return 45015;
  return left.some((rest) => rest > 0) ? 0 : 45047;
}
