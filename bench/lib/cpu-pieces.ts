/**
 * CPU of a run by pieces. A collection of all garbage takes 100 ms and belongs to some ten thousand pushes; on which run of
 * a few thousand it falls says nothing about them, but it is a tenth of their sum. In the median of pieces it is not.
 */
import { quantile } from "../stats.ts";
import { cpuMs } from "./cpu.ts";

/** Pushes of a piece. */
export const PIECE = 100;

/** Reads the books of a process while it is under load. */
export class CpuPieces {
  readonly #pid: number;
  readonly #readings: Promise<number>[] = [];

  constructor(pid: number) {
    this.#pid = pid;
    this.read(0);
  }

  /** To be told of each answer. */
  read(answered: number): void {
    if (answered % PIECE === 0) this.#readings.push(cpuMs(this.#pid));
  }

  /**
   * Microseconds a push in the median piece.
   *
   * @throws when there was no whole piece
   */
  async medianUs(): Promise<number> {
    const readings = await Promise.all(this.#readings);
    const costs = readings.slice(1).map((ms, index) => ((ms - (readings[index] ?? Number.NaN)) * 1_000) / PIECE);
    return quantile(costs, 0.5);
  }
}
