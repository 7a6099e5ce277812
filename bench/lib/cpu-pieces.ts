/**
 * CPU of a run by pieces. A full garbage collection takes 100 ms and is caused by about ten thousand pushes; the run of
 * a few thousand pushes it happens in is chance, but it is a tenth of their sum. The median of the pieces excludes it.
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

  /** Called for each answer. */
  read(answered: number): void {
    if (answered % PIECE === 0) this.#readings.push(cpuMs(this.#pid));
  }

  /**
   * Microseconds per push in the median piece.
   *
   * @throws when there was no whole piece
   */
  async medianUs(): Promise<number> {
    const readings = await Promise.all(this.#readings);
    const costs = readings.slice(1).map((ms, index) => ((ms - (readings[index] ?? Number.NaN)) * 1_000) / PIECE);
    return quantile(costs, 0.5);
  }
}
