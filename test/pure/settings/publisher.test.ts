/** When the settings' alarm may be deleted: only when nothing is left to publish or to record. */
import { describe, it, vi } from "vitest";
import { createSettingsPublisher } from "../../../worker/settings/publisher.ts";

const MINUTE_MS = 60_000;

/** A settings object with KV and an audit log whose calls finish when the test says so. */
function createBench() {
  const state = { newest: 0, published: 0, audited: 0, alarm: null as number | null };
  const audits: (() => void)[] = [];
  let puts = 0;
  const publisher = createSettingsPublisher({
    put: async () => {
      puts += 1;
      state.published = state.newest;
    },
    report: () => {
      const version = state.newest;
      return new Promise((resolve) => {
        audits.push(() => {
          state.audited = Math.max(state.audited, version);
          resolve();
        });
      });
    },
    unpublished: () => ({
      isKvBehind: state.published !== state.newest,
      isAuditBehind: state.audited < state.newest,
      since: 0,
    }),
    alarm: {
      setAlarm: async (at) => {
        state.alarm = at;
      },
      deleteAlarm: async () => {
        state.alarm = null;
      },
    },
    waitUntil: () => {},
  });
  return { state, audits, publisher, puts: () => puts };
}

describe("the alarm of the settings", () => {
  it("stays while a later version is not recorded, whichever call finishes first", async ({ expect }) => {
    const { state, audits, publisher } = createBench();
    state.newest = 1;
    const first = publisher.publish(0);
    state.newest = 2;
    const second = publisher.publish(100);
    audits[0]?.();
    await first;
    expect(state).toMatchObject({ audited: 1, published: 2 });
    expect(state.alarm).not.toBeNull();
    audits[1]?.();
    await second;
    expect(state).toEqual({ newest: 2, audited: 2, published: 2, alarm: null });
  });

  it("does not write to KV again what KV has, and runs at growing intervals", async ({ expect }) => {
    vi.useFakeTimers({ now: 0 });
    try {
      const { state, publisher, puts } = createBench();
      state.newest = 1;
      const rings = [0];
      for (const now of rings) {
        vi.setSystemTime(now);
        const pending = publisher.publish(now);
        // The audit log never answers.
        await vi.advanceTimersByTimeAsync(3_000);
        await pending;
        if (rings.length < 8) rings.push(state.alarm ?? 0);
      }
      expect(puts()).toBe(1);
      expect(rings.map((at) => at / MINUTE_MS)).toEqual([0, 1, 2, 4, 8, 16, 31, 46]);
    } finally {
      vi.useRealTimers();
    }
  });
});
