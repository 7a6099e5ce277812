/**
 * Samples the CPU time of a run in pieces. A full garbage collection takes 100 ms and occurs about every ten thousand
 * pushes. A run of a few thousand pushes contains such a collection or not by chance, and one adds a tenth to the run's
 * sum. The median of the pieces excludes it.
 */
import { quantile } from "../stats.ts";
import { cpuMs } from "./cpu.ts";

/** Pushes per piece. */
export const PIECE = 100;

/** Reads the CPU time of a process while it is under load. */
export class CpuPieces {
  readonly #pid: number;
  readonly #readings: Promise<number>[] = [];

  constructor(pid: number) {
    this.#pid = pid;
    this.read(0);
  }

  /** Takes a reading after each full piece; called for each answer. */
  read(answered: number): void {
    if (answered % PIECE === 0) this.#readings.push(cpuMs(this.#pid));
  }

  /**
   * Returns microseconds per push in the median piece.
   *
   * @throws when there was no whole piece
   */
  async medianUs(): Promise<number> {
    const readings = await Promise.all(this.#readings);
    const costs = readings.slice(1).map((ms, index) => ((ms - (readings[index] ?? Number.NaN)) * 1_000) / PIECE);
    return quantile(costs, 0.5);
  }
}
