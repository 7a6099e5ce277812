/** How a Worker reads the settings when memory, KV and object fail, in every combination. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { DEFAULT_VERSION, type DocumentVersion } from "../../../shared/api/settings/version.ts";
import { err, ok } from "../../../shared/base/result.ts";
import { SETTINGS_KEY, toPublished } from "../../../worker/settings/published-settings.ts";
import { readSettings, type SettingsMemory } from "../../../worker/settings/reader.ts";

const NOW = 1_790_000_000_000;
const MINUTE_MS = 60_000;

interface Bench {
  now: number;
  readonly calls: string[];
  readonly kv: Map<string, unknown>;
  kvFails: boolean;
  objectFails: boolean;
  stored: DocumentVersion;
}

/** The object, a KV and a clock that the test controls. */
function createBench() {
  const bench: Bench = {
    now: NOW,
    calls: [],
    kv: new Map(),
    kvFails: false,
    objectFails: false,
    stored: DEFAULT_VERSION,
  };
  const memory: SettingsMemory = {};
  const deps = {
    settings: () => ({
      read: async () => {
        bench.calls.push("object");
        if (bench.objectFails) throw new Error("the object went away");
        return bench.stored;
      },
    }),
    kv: {
      get: async (key: string) => {
        bench.calls.push("kv");
        if (bench.kvFails) throw new Error("KV is down");
        return bench.kv.get(key) ?? null;
      },
    },
    now: () => bench.now,
    memory,
  };
  return { bench, deps };
}

const version = (number: number): DocumentVersion => ({ ...DEFAULT_VERSION, version: number, updatedAt: NOW });
const published = (number: number): unknown => JSON.parse(toPublished(number, NOW, DEFAULT_VERSION.document));

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("readSettings", () => {
  it("reads KV, then for a minute only memory", async ({ expect }) => {
    const { bench, deps } = createBench();
    bench.kv.set(SETTINGS_KEY, published(3));
    expect(await readSettings(deps)).toEqual(ok(version(3)));
    bench.kv.set(SETTINGS_KEY, published(4));
    bench.now += MINUTE_MS - 1;
    expect(await readSettings(deps)).toEqual(ok(version(3)));
    bench.now += 1;
    expect(await readSettings(deps)).toEqual(ok(version(4)));
    expect(bench.calls).toEqual(["kv", "kv"]);
  });

  it.for<[string, unknown]>([
    ["nothing", null],
    ["rubbish", 7],
    ["settings this version does not take", { version: 3, updatedAt: NOW, defaults: { fallbak: 1 }, overrides: {} }],
  ])("calls the object when KV has %s", async ([, value], { expect }) => {
    const { bench, deps } = createBench();
    bench.kv.set(SETTINGS_KEY, value);
    bench.stored = version(5);
    expect(await readSettings(deps)).toEqual(ok(version(5)));
  });

  it("does not return to an older version that KV still has", async ({ expect }) => {
    const { bench, deps } = createBench();
    bench.stored = version(5);
    await readSettings(deps);
    bench.kv.set(SETTINGS_KEY, published(4));
    bench.now += MINUTE_MS;
    expect(await readSettings(deps)).toEqual(ok(version(5)));
  });

  it("keeps the document in memory while KV has the same version, with the values derived from it", async ({
    expect,
  }) => {
    const { bench, deps } = createBench();
    bench.kv.set(SETTINGS_KEY, published(3));
    const first = await readSettings(deps);
    bench.now += MINUTE_MS;
    const second = await readSettings(deps);
    if (!first.ok || !second.ok) throw new Error("no settings");
    expect(second.value.document).toBe(first.value.document);
  });

  it("does not undo a version that this isolate stored during the read", async ({ expect }) => {
    const { bench, deps } = createBench();
    bench.kv.set(SETTINGS_KEY, published(4));
    const reading = readSettings(deps);
    deps.memory.known = { value: version(5), readAt: NOW };
    expect(await reading).toEqual(ok(version(5)));
    expect(deps.memory.known?.value).toEqual(version(5));
  });

  it("continues with the last known settings when KV and object fail", async ({ expect }) => {
    const { bench, deps } = createBench();
    bench.stored = version(5);
    await readSettings(deps);
    bench.kvFails = true;
    bench.objectFails = true;
    bench.now += 24 * 60 * MINUTE_MS;
    expect(await readSettings(deps)).toEqual(ok(version(5)));
  });

  it("returns unavailable when none were ever read", async ({ expect }) => {
    const { bench, deps } = createBench();
    bench.kvFails = true;
    bench.objectFails = true;
    expect(await readSettings(deps)).toEqual(err({ reason: "unavailable" }));
  });

  it("returns unreadable, with the version, when the object cannot read the stored document", async ({ expect }) => {
    const { bench, deps } = createBench();
    bench.stored = { ...version(6), unreadable: true };
    expect(await readSettings(deps)).toEqual(err({ reason: "unreadable", version: 6 }));
  });

  it("does not make a push wait for an object that does not answer", async ({ expect }) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const { deps } = createBench();
      const never = () => new Promise<never>(() => {});
      const pending = readSettings({ ...deps, kv: { get: never }, settings: () => ({ read: never }) });
      await vi.advanceTimersByTimeAsync(1_500);
      expect(await pending).toEqual(err({ reason: "unavailable" }));
    } finally {
      vi.useRealTimers();
    }
  });
});
