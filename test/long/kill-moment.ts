/**
 * When a life of the worker ends: at the nth event that WeChat sees, so that the worker is killed in the middle of its
 * work too. Without that event it ends after a time limit.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Emulated } from "./emulated.ts";
import type { KillPlan } from "./plan.ts";

/** A worker that has not answered for this time counts as stopped, milliseconds. */
const NO_ANSWER_MS = 10_000;

/**
 * A start on a quiet machine, milliseconds: where it takes longer, everything takes longer, and each life of the worker
 * lasts longer.
 */
const QUIET_START_MS = 400;

/**
 * Waits for the planned end.
 *
 * @param startMs how long this life's start took
 * @returns which event came first
 */
export async function awaitKill(emulated: Emulated, plan: KillPlan, startMs: number): Promise<KillPlan["moment"]> {
  const { promise, resolve } = Promise.withResolvers<KillPlan["moment"]>();
  let { skip, nth } = plan;
  const limitMs = plan.limitMs * Math.max(1, startMs / QUIET_START_MS);
  const timeIsUp = (): void => resolve("time");
  const timers = [setTimeout(timeIsUp, NO_ANSWER_MS)];
  const stopWatching = emulated.watch((moment) => {
    if (moment === "push answered" && timers.length === 1) timers.push(setTimeout(timeIsUp, limitMs));
    if (skip > 0) skip -= 1;
    else if (moment === plan.moment) nth -= 1;
    if (nth === 0) resolve(moment);
  });
  const reached = await promise;
  stopWatching();
  for (const timer of timers) clearTimeout(timer);
  if (plan.delayMs > 0) await sleep(plan.delayMs);
  return reached;
}
