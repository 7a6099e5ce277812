/**
 * CPU time of a process, from the scheduler's counters. Only Linux provides them in readable files.
 */
import { readdir, readFile } from "node:fs/promises";

/**
 * The CPU time all threads of a process have used so far, milliseconds (counted in nanoseconds). Waiting for other
 * processes is not counted; the effect of caches that they empty is.
 *
 * @throws Error without /proc
 */
export async function cpuMs(pid: number): Promise<number> {
  const threads = await cpuByThread(pid);
  return [...threads.values()].reduce((sum, ms) => sum + ms, 0);
}

/** CPU time of single threads, milliseconds by thread id. */
export type ThreadBooks = ReadonlyMap<string, number>;

/** The same for each thread. */
export async function cpuByThread(pid: number): Promise<ThreadBooks> {
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder);
  return new Map(
    await Promise.all(threads.map(async (id) => [id, await threadMs(`${folder}/${id}/schedstat`)] as const)),
  );
}

/**
 * CPU time of the busiest thread between two readings: the one that runs the code, without compiler and garbage
 * collector.
 */
export function busiestMs(before: ThreadBooks, after: ThreadBooks): number {
  return Math.max(...[...after].map(([id, ms]) => ms - (before.get(id) ?? 0)));
}

async function threadMs(file: string): Promise<number> {
  const text = await readFile(file, "utf8");
  return Number(text.split(" ")[0]) / 1e6;
}
