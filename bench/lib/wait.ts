/**
 * Waits for work that follows an acknowledgement by checking counters, never for a fixed time.
 */
import * as v from "valibot";
import { METER_PREFIX, type MeterCounts } from "../workers/bench/protocol.ts";
import { cpuMs } from "./cpu.ts";

const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 10;
/** A process counts as idle when it used at most `cpuMs` of CPU within `windowMs`. */
const QUIET = { windowMs: 100, cpuMs: 4 };

const ApiCount = v.object({ messages: v.number(), events: v.number() });
const Counts = v.object({
  requests: v.number(),
  rows: v.number(),
  calls: v.number(),
  alarms: v.number(),
  messages: v.number(),
  kvReads: v.number(),
  kvWrites: v.number(),
});

/** Waits until the simulated API has received `messages` messages. @returns the number received */
export async function untilCount(apiUrl: string, messages: number): Promise<number> {
  const taken = async () => v.parse(ApiCount, await getJson(`${apiUrl}/count`)).messages;
  return until(`${messages} messages at the API`, taken, (count) => count >= messages);
}

/** Waits until the endpoint has received `events` webhook events. @returns the number received */
export async function untilEvents(apiUrl: string, events: number): Promise<number> {
  const taken = async () => v.parse(ApiCount, await getJson(`${apiUrl}/count`)).events;
  return until(`${events} events at the webhook`, taken, (count) => count >= events);
}

/** Waits until the metered Worker's counters reach the expected values. @returns all counters */
export async function untilMetered(
  workerUrl: string,
  what: string,
  isEnough: (counts: MeterCounts) => boolean,
): Promise<MeterCounts> {
  const read = async () => v.parse(Counts, await getJson(`${workerUrl}${METER_PREFIX}counts`));
  return until(what, read, isEnough);
}

/** Waits until a process is idle. */
export async function untilQuiet(pid: number): Promise<void> {
  let before = await cpuMs(pid);
  await until(
    "an idle process",
    async () => {
      await pause(QUIET.windowMs);
      const now = await cpuMs(pid);
      const used = now - before;
      before = now;
      return used;
    },
    (used) => used < QUIET.cpuMs,
  );
}

/** Reads until a value is as expected. @returns the value @throws after 30 s */
export async function until<T>(what: string, read: () => Promise<T>, isEnough: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await read();
    if (isEnough(value)) return value;
    if (Date.now() > deadline) throw new Error(`timed out waiting for ${what}: ${JSON.stringify(value)}`);
    await pause(LOOK_EVERY_MS);
  }
}

async function getJson(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
