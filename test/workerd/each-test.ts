/**
 * What stands ready when a test begins: WeChat, which pushes to the worker and which the worker calls, a receiver of
 * webhooks at `shop.example.com`, the log, a clock, and settings of both apps.
 */
import { afterEach, beforeEach, vi } from "vitest";
import type { Control } from "../../emulator/control.ts";
import { createReceiver } from "../support/receiver.ts";
import { captureLog, playWeChat, type PlayOptions } from "../support/workerd.ts";
import { useSilentSettings } from "./api-client.ts";

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** Settings that answer whatever a user writes. */
export const ANSWER = { fallback: { type: "reply", messages: [{ type: "text", content: "您好" }] } };

/** Where a clock stands when the test of this number begins, epoch ms. */
const CLOCKS = {
  now: () => Date.now(),
  /** Real alarms fire by the real clock: an hour ahead of it they are all rung by hand. */
  "hour ahead": () => Date.now() + HOUR_MS,
  /** The same, in whole seconds, as CreateTime has. */
  "hour ahead, whole seconds": () => Math.ceil(Date.now() / 1_000) * 1_000 + HOUR_MS,
  /** A week after the test before: no pause, token, snapshot or trouble of it counts any more. */
  "weeks apart": (test: number) => Date.now() + test * WEEK_MS,
} as const satisfies Record<string, (test: number) => number>;

/** What differs in the tests of a file. */
export interface TestOptions extends PlayOptions {
  /** A clock that only the test moves; the default is the real one. */
  readonly clock?: keyof typeof CLOCKS;
  /** What the settings say besides that no answer is given; null: none are stored. */
  readonly settings?: Readonly<Record<string, unknown>> | null;
}

/** WeChat in the running test. */
export let wechat: Control;
/** The receiver in the running test. */
export let shop: ReturnType<typeof createReceiver>;
/** What the running test has logged. */
export let lines: ReturnType<typeof captureLog>;
let tests = 0;

/** Call at the top of a test file. */
export function useWorker(options: TestOptions = {}): void {
  const { clock, settings = {}, ...play } = options;
  beforeEach(async () => {
    tests += 1;
    if (clock !== undefined) vi.useFakeTimers({ toFake: ["Date"], now: CLOCKS[clock](tests) });
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

/** Call at the top of a file whose tests talk to objects directly: no push reaches the worker. */
export function useObjects(): void {
  useWorker({ clock: "hour ahead", settings: null, worker: () => Promise.resolve(new Response("success")) });
}
