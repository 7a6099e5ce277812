/**
 * Measures row d of docs/design/bench.md: verify, decrypt and parse inside workerd, step by step and compared with a
 * typical simple implementation. CPU time of the thread that runs them, over many repetitions, so that neither waiting
 * for a core nor V8's helper threads are included.
 */
import { Buffer } from "node:buffer";
import { busiestMs, cpuByThread } from "../lib/cpu.ts";
import { openidOf, textPush } from "../lib/push.ts";
import { startWorker } from "../lib/targets.ts";
import type { BenchOptions } from "../options.ts";
import { micros, times, toRow, type BenchRow } from "../row.ts";
import { ratiosOf, spreadOf } from "../stats.ts";
import { STEP_NAMES, type MicroPush, type StepName } from "../workers/micro/protocol.ts";

/** The size of the decrypted push, bytes. */
const PUSH_BYTES = 1_024;
/** Number of distinct pushes: one for each padding length. */
const DISTINCT = 32;

const WORDS: Readonly<Record<StepName, { readonly zh: string; readonly en: string }>> = {
  nothing: { zh: "空循环", en: "the empty loop" },
  envelope: { zh: "解析外层 XML", en: "outer XML" },
  signature: { zh: "验签（SHA-1）", en: "signature (SHA-1)" },
  decrypt: { zh: "解密（base64、AES、UTF-8）", en: "decrypt (base64, AES, UTF-8)" },
  parse: { zh: "解析内层 XML", en: "inner XML" },
  read: { zh: "转换为消息模型", en: "mapping the fields to our model" },
  whole: { zh: "全部", en: "all steps" },
  sketch: { zh: "常见实现，全部", en: "the simple implementation, all steps" },
};

/** Measures every step. */
export async function measureCrypto(options: BenchOptions): Promise<readonly BenchRow[]> {
  const worker = await startWorker("micro", "http://127.0.0.1:1");
  try {
    const pushes = makePushes();
    const measured = new Map<StepName, number[]>(STEP_NAMES.map((name) => [name, []]));
    for (const name of STEP_NAMES) await runStep(worker.url, name, pushes, options.steps);
    for (let round = 0; round < options.rounds; round += 1) {
      for (const name of STEP_NAMES) {
        const before = await cpuByThread(worker.pid);
        await runStep(worker.url, name, pushes, options.steps);
        const usedMs = busiestMs(before, await cpuByThread(worker.pid));
        measured.get(name)?.push((usedMs * 1_000) / options.steps);
      }
    }
    return toRows((name) => measured.get(name) ?? []);
  } finally {
    await worker.stop();
  }
}

async function runStep(url: string, name: StepName, pushes: readonly MicroPush[], steps: number): Promise<void> {
  const response = await fetch(`${url}/${name}?n=${steps}`, { method: "POST", body: JSON.stringify(pushes) });
  const text = await response.text();
  if (text !== "done") throw new Error(`step ${name}: the Worker answered ${response.status} ${text}`);
}

/** Makes pushes of about a kilobyte, each one byte longer than the previous one. */
function makePushes(): readonly MicroPush[] {
  const openid = openidOf("micro", 1);
  const envelopeBytes = 290;
  const words = "请问这件外套还有货吗".repeat(40);
  const content = Buffer.from(words)
    .subarray(0, PUSH_BYTES - envelopeBytes - (DISTINCT % 3))
    .toString();
  return Array.from({ length: DISTINCT }, (_, index) => {
    const { query, body } = textPush(openid, `${content.replaceAll("�", "")}${"a".repeat(index)}`);
    return { query: Object.fromEntries(new URLSearchParams(query)), body };
  });
}

function toRows(series: (name: StepName) => readonly number[]): readonly BenchRow[] {
  const budget = { limit: 40, side: "at most" } as const;
  const whole = {
    id: "d.whole",
    zh: "workerd 内验签、解密、解析 1 KB 推送",
    en: "verify, decrypt, parse 1 KB in workerd",
  };
  const ratio = { id: "d.sketch", zh: "同上 ÷ 常见实现", en: "the same ÷ the simple implementation" };
  return [
    toRow(whole, spreadOf(series("whole")), micros, budget),
    toRow(ratio, ratiosOf(series("whole"), series("sketch")), times, { limit: 0.3, side: "at most" }),
    ...STEP_NAMES.filter((name) => name !== "whole").map((name) =>
      toRow({ id: `d.step.${name}`, ...WORDS[name] }, spreadOf(series(name)), micros),
    ),
  ];
}
