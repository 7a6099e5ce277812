/**
 * CPU time of a process, from the scheduler's own books. Linux alone keeps them where they can be read.
 */
import { readdir, readFile } from "node:fs/promises";

/**
 * The CPU time all threads of a process have used so far, nanosecond books, in milliseconds. Other processes on the
 * machine make it wait, which this does not count; that they empty its caches, it does.
 *
 * @throws where there is no /proc
 */
export async function cpuMs(pid: number): Promise<number> {
  const threads = await cpuByThread(pid);
  return [...threads.values()].reduce((sum, ms) => sum + ms, 0);
}

/** Books of single threads, milliseconds by thread id. */
export type ThreadBooks = ReadonlyMap<string, number>;

/** The same, for each thread. */
export async function cpuByThread(pid: number): Promise<ThreadBooks> {
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder);
  return new Map(
    await Promise.all(threads.map(async (id) => [id, await threadMs(`${folder}/${id}/schedstat`)] as const)),
  );
}

/** What the busiest thread used between two readings: the one that runs the code, without the compiler's and collector's. */
export function busiestMs(before: ThreadBooks, after: ThreadBooks): number {
  return Math.max(...[...after].map(([id, ms]) => ms - (before.get(id) ?? 0)));
}

async function threadMs(file: string): Promise<number> {
  const text = await readFile(file, "utf8");
  return Number(text.split(" ")[0]) / 1e6;
}
