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
  const folder = `/proc/${pid}/task`;
  const threads = await readdir(folder);
  const used = await Promise.all(threads.map((thread) => threadNs(`${folder}/${thread}/schedstat`)));
  return used.reduce((sum, ns) => sum + ns, 0) / 1e6;
}

async function threadNs(file: string): Promise<number> {
  const text = await readFile(file, "utf8");
  return Number(text.split(" ")[0]);
}
