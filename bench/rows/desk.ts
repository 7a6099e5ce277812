/**
 * Measures row h of docs/design/bench.md: steps of the desk with many open sessions, inside workerd, as CPU time of the
 * thread that runs them, as in row d.
 */
import { busiestMs, cpuByThread } from "../lib/cpu.ts";
import { startWorker } from "../lib/targets.ts";
import type { BenchOptions } from "../options.ts";
import { millis, toRow, type BenchRow, type Budget } from "../row.ts";
import { spreadOf } from "../stats.ts";
import { DESK_STEP_NAMES, type DeskStepName } from "../workers/micro/protocol.ts";

interface Words {
  readonly zh: string;
  readonly en: string;
  /** Milliseconds. */
  readonly budget?: Budget;
}

const WORDS: Readonly<Record<DeskStepName, Words>> = {
  view: { zh: "一个排好序的列表", en: "one list in order", budget: { limit: 5, side: "at most" } },
  frames: { zh: "一个页面的增量与计数", en: "a delta with all counts for one page" },
  notification: { zh: "一条通知", en: "one notification" },
  wake: { zh: "从存储的行重新载入", en: "a wake from the stored rows", budget: { limit: 60, side: "at most" } },
};

/** Measures every step. */
export async function measureDesk({ rounds, deskSteps, deskSessions }: BenchOptions): Promise<readonly BenchRow[]> {
  const worker = await startWorker("micro", "http://127.0.0.1:1");
  try {
    const measured = new Map<DeskStepName, number[]>(DESK_STEP_NAMES.map((name) => [name, []]));
    const run = async (name: DeskStepName, steps: number): Promise<void> => {
      const response = await fetch(`${worker.url}/desk/${name}?n=${steps}&sessions=${deskSessions}`, {
        method: "POST",
      });
      const text = await response.text();
      if (text !== "done") throw new Error(`the step ${name} was answered ${response.status} ${text}`);
    };
    for (const name of DESK_STEP_NAMES) await run(name, deskSteps);
    for (let round = 0; round < rounds; round += 1)
      for (const name of DESK_STEP_NAMES) {
        const before = await cpuByThread(worker.pid);
        await run(name, deskSteps);
        measured.get(name)?.push(busiestMs(before, await cpuByThread(worker.pid)) / deskSteps);
      }
    return DESK_STEP_NAMES.map((name) => {
      const { zh, en, budget } = WORDS[name];
      const line = { id: `h.${name}`, zh: `工作台：${zh}`, en: `desk: ${en}` };
      return toRow(line, spreadOf(measured.get(name) ?? []), millis, budget);
    });
  } finally {
    await worker.stop();
  }
}
