/**
 * CPU time of a process, from the scheduler's counters. Only Linux provides them in readable files.
 */
import { readdir, readFile } from "node:fs/promises";

/**
 * Returns the CPU time that all threads of a process have used, milliseconds (with a resolution of nanoseconds). The
 * time in which it waits for a core is not included. Cache misses caused by other processes are.
 *
 * @throws Error without /proc
 */
export async function cpuMs(pid: number): Promise<number> {
  const threads = await cpuByThread(pid);
  return [...threads.values()].reduce((sum, ms) => sum + ms, 0);
}

/** CPU time of single threads, milliseconds by thread id. */
export type ThreadTimes = ReadonlyMap<string, number>;

/** Returns the CPU time of each thread of a process. */
export async function cpuByThread(pid: number): Promise<ThreadTimes> {
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder);
  return new Map(
    await Promise.all(threads.map(async (id) => [id, await threadMs(`${folder}/${id}/schedstat`)] as const)),
  );
}

/**
 * Returns the CPU time of the busiest thread between two readings: the thread that runs the code, not those of the
 * compiler or the garbage collector.
 */
export function busiestMs(before: ThreadTimes, after: ThreadTimes): number {
  return Math.max(...[...after].map(([id, ms]) => ms - (before.get(id) ?? 0)));
}

async function threadMs(file: string): Promise<number> {
  const text = await readFile(file, "utf8");
  return Number(text.split(" ")[0]) / 1e6;
}
