/**
 * Counts what the pushes of many users cost in the metered Worker (`workers/bench`): rows written, calls of objects,
 * requests, messages of pages and KV.
 */
import { gbSeconds, type Usage } from "../cost.ts";
import { sendLoad } from "../lib/load.ts";
import { ANSWERED_TEXT, enterPush, openidOf, textPush, UNANSWERED_TEXT, type BenchPush } from "../lib/push.ts";
import { untilCount, untilMetered, untilQuiet } from "../lib/wait.ts";
import type { Running } from "../lib/workerd.ts";
import type { MeterCounts } from "../workers/bench/protocol.ts";

/** Messages of a page that are billed as one request of the object. */
const MESSAGES_PER_REQUEST = 20;

/** The cost of one user's part of a scenario. */
export interface Counted {
  /** Requests of the Worker. */
  readonly requests: number;
  readonly rows: number;
  /** Calls, alarms and messages of pages: all are billed as requests of an object, of the messages one in twenty. */
  readonly objectRequests: number;
  readonly kvReads: number;
  readonly kvWrites: number;
}

/**
 * A step of a scenario: one push from every user, and the results that are awaited before the next step. The last step
 * of a scenario with answers is `alone`, so that its alarms are not counted in the next scenario.
 */
export interface Step {
  readonly push: (openid: string) => BenchPush;
  /** The number of answers that are sent to the WeChat API for each user. */
  readonly answers: number;
  /** Whether the next step waits until the alarm has run, so that its message arrives alone. */
  readonly alone: boolean;
}

/** A question that is answered, after which the alarm runs. */
export const asks: Step = { push: (openid) => textPush(openid, ANSWERED_TEXT), answers: 1, alone: true };
/** The same without waiting for the alarm. */
export const asksAtOnce: Step = { ...asks, alone: false };
/** A message without an answer. */
export const says: Step = { push: (openid) => textPush(openid, UNANSWERED_TEXT), answers: 0, alone: false };
const enters: Step = { push: enterPush, answers: 1, alone: false };

/**
 * The mix that the budget is defined for: one visit with five answered pushes. The user opens the chat and is greeted,
 * asks within twelve seconds, asks again a minute later and adds something at once, then asks once more later.
 */
export const VISIT: readonly Step[] = [enters, asks, asksAtOnce, asks, asks];
/** The number of answered pushes in the visit. */
export const VISIT_ANSWERS = VISIT.length;

/** Runs the steps for all users of a group. @returns the counts per user */
export async function playSteps(
  worker: Running,
  api: Running,
  group: string,
  users: number,
  steps: readonly Step[],
): Promise<Counted> {
  const before = await readCounts(worker);
  let answered = await untilCount(api.url, 0);
  for (const step of steps) {
    const { alarms } = await readCounts(worker);
    await sendAll(worker, group, users, step.push);
    answered += users * step.answers;
    await untilCount(api.url, answered);
    if (step.alone) await untilMetered(worker.url, "alarms", (counts) => counts.alarms >= alarms + users);
    await untilQuiet(worker.pid);
  }
  return divide(toCounted(await readCounts(worker), before), users);
}

/** Sends one push of every user of a group. */
export async function sendAll(
  worker: Running,
  group: string,
  users: number,
  push: (openid: string) => BenchPush,
): Promise<void> {
  await sendLoad({
    url: `${worker.url}/wechat/message`,
    connections: 8,
    pushes: users,
    makePush: (index) => push(openidOf(group, index)),
  });
}

/** Reads the counters of the metered Worker. */
export function readCounts(worker: Running): Promise<MeterCounts> {
  return untilMetered(worker.url, "counts", () => true);
}

/** Returns what was counted between two readings. */
export function toCounted(now: MeterCounts, before: MeterCounts): Counted {
  const messages = (now.messages - before.messages) / MESSAGES_PER_REQUEST;
  return {
    requests: now.requests - before.requests,
    rows: now.rows - before.rows,
    objectRequests: now.calls - before.calls + now.alarms - before.alarms + messages,
    kvReads: now.kvReads - before.kvReads,
    kvWrites: now.kvWrites - before.kvWrites,
  };
}

/** Divides all counts. */
export function divide(counted: Counted, by: number): Counted {
  return combine(counted, counted, (value) => value / by);
}

/** Subtracts counts. */
export function minus(a: Counted, b: Counted): Counted {
  return combine(a, b, (one, other) => one - other);
}

/** Computes each count from two. */
export function combine(a: Counted, b: Counted, of: (one: number, other: number) => number): Counted {
  return {
    requests: of(a.requests, b.requests),
    rows: of(a.rows, b.rows),
    objectRequests: of(a.objectRequests, b.objectRequests),
    kvReads: of(a.kvReads, b.kvReads),
    kvWrites: of(a.kvWrites, b.kvWrites),
  };
}

/**
 * Converts counts to the resources of the price list.
 *
 * @param awakeMs how long objects are awake, milliseconds; default: `cpuMs`
 */
export function toUsage(counted: Counted, cpuMs: number, awakeMs = cpuMs): Usage {
  return {
    workerRequests: counted.requests,
    cpuMs,
    kvReads: counted.kvReads,
    kvWrites: counted.kvWrites,
    objectRequests: counted.objectRequests,
    objectGbSeconds: gbSeconds(awakeMs / 1_000),
    rowsWritten: counted.rows,
  };
}
