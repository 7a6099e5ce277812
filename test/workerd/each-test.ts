/**
 * The set-up of every test that runs in workerd: the emulator as WeChat, a receiver of webhooks at `shop.example.com`,
 * the captured log, a clock, and stored settings for both apps.
 */
import { afterEach, beforeEach, vi } from "vitest";
import type { Control } from "../../emulator/control.ts";
import { createReceiver } from "../support/receiver.ts";
import { captureLog, playWeChat, type PlayOptions } from "../support/workerd.ts";
import { useSilentSettings } from "./api-client.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Settings that reply to every message. */
export const ANSWER = { fallback: { type: "reply", messages: [{ type: "text", content: "您好" }] } };

/** The time at which the test with this number starts, epoch ms. From then on only the test moves the clock. */
const CLOCKS = {
  /** The real time. */
  now: () => Date.now(),
  /** An hour ahead of the real clock, by which the runtime triggers alarms: none runs by itself; the test runs them. */
  "hour ahead": () => Date.now() + HOUR_MS,
  /** A week after the previous test: its pauses, tokens, snapshots and failure counters have expired. */
  "weeks apart": (test: number) => Date.now() + test * WEEK_MS,
} as const satisfies Record<string, (test: number) => number>;

/** Differences from the usual set-up. */
export interface TestOptions extends PlayOptions {
  /** A clock that only the test moves; the default is the running real clock. */
  readonly clock?: keyof typeof CLOCKS;
  /** Whether a test starts on a whole second, for times that WeChat writes in seconds. Needs `clock`. */
  readonly wholeSeconds?: boolean;
  /** The settings to store; the fallback is silent unless they set it. Null: none are stored. */
  readonly settings?: Readonly<Record<string, unknown>> | null;
}

/** The emulator of the running test. */
export let wechat: Control;
/** The receiver of the running test. */
export let shop: ReturnType<typeof createReceiver>;
/** Returns the log lines of the running test. */
export let lines: ReturnType<typeof captureLog>;
let tests = 0;

/** Registers this set-up for each test; to be called at the top of a test file. */
export function useWorker(options: TestOptions = {}): void {
  const { clock, wholeSeconds = false, settings = {}, ...play } = options;
  beforeEach(async () => {
    tests += 1;
    const unitMs = wholeSeconds ? 1_000 : 1;
    if (clock !== undefined) {
      vi.useFakeTimers({ toFake: ["Date"], now: Math.ceil(CLOCKS[clock](tests) / unitMs) * unitMs });
    }
    lines = captureLog();
    shop = createReceiver();
    wechat = playWeChat({ ...play, hosts: { "shop.example.com": shop.handle, ...play.hosts } });
    if (settings !== null) await useSilentSettings(settings);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}

/** As `useWorker`, for tests that call objects directly: pushes are acknowledged without reaching the worker. */
export function useObjects(): void {
  useWorker({ clock: "hour ahead", settings: null, worker: () => Promise.resolve(new Response("success")) });
}
