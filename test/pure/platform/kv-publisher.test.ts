import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { createPublisher } from "../../../worker/platform/kv-publisher.ts";

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A publisher of a number into a store that can be made to fail. */
function createBench() {
  const bench = { value: 0, stored: 0, puts: 0, failures: 0, waited: 0 };
  const publisher = createPublisher({
    what: "test",
    put: async () => {
      bench.puts += 1;
      const { value } = bench;
      await Promise.resolve();
      if (bench.failures > 0) {
        bench.failures -= 1;
        throw new Error("429");
      }
      bench.stored = value;
    },
    sleep: async (ms) => {
      bench.waited += ms;
    },
  });
  return { bench, publisher };
}

describe("createPublisher", () => {
  it("writes the newest value, combining changes during a write", async ({ expect }) => {
    const { bench, publisher } = createBench();
    const all = Array.from({ length: 100 }, () => {
      bench.value += 1;
      return publisher.publish();
    });
    await Promise.all(all);
    expect(bench.stored).toBe(100);
    expect(bench.puts).toBeLessThanOrEqual(2);
  });

  it("tries again after more than a second, because KV accepts one write a second", async ({ expect }) => {
    const { bench, publisher } = createBench();
    bench.value = 1;
    bench.failures = 2;
    await publisher.publish();
    expect(bench.stored).toBe(1);
    expect(bench.waited).toBeGreaterThanOrEqual(2_000);
    expect(publisher.isBehind()).toBe(false);
  });

  it("stops without throwing when KV continues to fail, and reports that KV is outdated", async ({ expect }) => {
    const { bench, publisher } = createBench();
    bench.value = 1;
    bench.failures = 100;
    await publisher.publish();
    expect(bench.puts).toBe(3);
    expect(publisher.isBehind()).toBe(true);
    bench.failures = 0;
    await publisher.publish();
    expect(bench.stored).toBe(1);
    expect(publisher.isBehind()).toBe(false);
  });
});

describe("createPublisher when a write hangs", () => {
  /** A publisher whose writes finish when the test says so. */
  function createHungBench() {
    const bench = { value: 0, stored: 0, ends: [] as (() => void)[] };
    const publisher = createPublisher({
      what: "test",
      put: () => {
        const { value } = bench;
        return new Promise<void>((resolve) => {
          bench.ends.push(() => {
            bench.stored = value;
            resolve();
          });
        });
      },
      sleep: async () => {},
    });
    const publish = (value: number) => {
      bench.value = value;
      return publisher.publish();
    };
    return { bench, publisher, publish };
  }

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("abandons it at its deadline, and writes a later value", async ({ expect }) => {
    const { bench, publisher, publish } = createHungBench();
    let given = false;
    void publish(1).then(() => (given = true));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(given).toBe(true);
    expect(publisher.isBehind()).toBe(true);
    const second = publish(2);
    bench.ends.at(-1)?.();
    await vi.advanceTimersByTimeAsync(20_000);
    await second;
    expect(bench.stored).toBe(2);
    expect(publisher.isBehind()).toBe(false);
  });

  it("writes the newest value again when an abandoned write overtakes it", async ({ expect }) => {
    const { bench, publish } = createHungBench();
    void publish(1);
    await vi.advanceTimersByTimeAsync(20_000);
    const second = publish(2);
    bench.ends.at(-1)?.();
    await second;
    const writes = bench.ends.length;
    bench.ends[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.stored).toBe(1);
    expect(bench.ends).toHaveLength(writes + 1);
    bench.ends.at(-1)?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(bench.stored).toBe(2);
  });

  it("does not report outdated KV when the last abandoned write succeeds later", async ({ expect }) => {
    const { bench, publisher, publish } = createHungBench();
    void publish(1);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(publisher.isBehind()).toBe(true);
    bench.ends.at(-1)?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(publisher.isBehind()).toBe(false);
  });
});
