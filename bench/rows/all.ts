/** Measures all rows, one subject after another: subjects that run at the same time would disturb each other. */
import type { BenchOptions, Subject } from "../options.ts";
import type { BenchRow } from "../row.ts";
import { measureCounted } from "./counted.ts";
import { measureCrypto } from "./crypto.ts";
import { measureDesk } from "./desk.ts";
import { measureGrowth, type Curve } from "./growth.ts";
import { measureExchange } from "./service/exchange-report.ts";
import { measurePushes } from "./service/push.ts";
import { measureSockets } from "./service/sockets.ts";
import { measureSize } from "./size.ts";
import { measureSpeed } from "./speed.ts";

/** The results of a run. */
export interface AllResults {
  readonly rows: readonly BenchRow[];
  readonly curves: readonly Curve[];
}

/**
 * CPU of an answered message, milliseconds, assumed when the speed rows are left out. An error of 1 ms changes the
 * price per million messages by USD 0.02.
 */
const ASSUMED_CPU_MS = 2;

/**
 * Measures the subjects of the options.
 *
 * @param onSubject called with each subject that begins
 */
export async function measureAll(options: BenchOptions, onSubject: (subject: Subject) => void): Promise<AllResults> {
  const wants = (subject: Subject) => {
    const wanted = options.only.includes(subject);
    if (wanted) onSubject(subject);
    return wanted;
  };
  const speed = wants("speed") ? await measureSpeed(options) : undefined;
  const crypto = wants("crypto") ? await measureCrypto(options) : [];
  const desk = wants("desk") ? await measureDesk(options) : [];
  const served = wants("served") ? await measurePushes(options) : [];
  const sockets = wants("sockets") ? await measureSockets(options) : [];
  const counted = wants("counted") ? await measureCounted(options, speed?.answeredCpuMs ?? ASSUMED_CPU_MS) : undefined;
  const exchange = wants("exchange") ? await measureExchange(options) : [];
  const size = wants("size") ? await measureSize(options) : [];
  const growth = wants("growth") ? await measureGrowth(options) : undefined;
  return {
    rows: [
      ...(speed?.rows ?? []),
      ...crypto,
      ...(counted?.rows ?? []),
      ...size,
      ...(growth?.rows ?? []),
      ...desk,
      ...served,
      ...sockets,
      ...exchange,
    ],
    curves: growth?.curves ?? [],
  };
}
