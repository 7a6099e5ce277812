/**
 * Ports for the tests of whole processes. Vitest runs several files at once, and a port that was found free is taken only
 * a moment later: each of its workers looks in a range of its own.
 */
import { freePort } from "../../scripts/lib/run-worker.ts";
import { findPorts, type StackPorts } from "../../scripts/lib/stack.ts";

const FIRST = 9_200 + 400 * (Number(process.env["VITEST_POOL_ID"] ?? 1) - 1);

/** Free ports for a stack. */
export function findTestPorts(): Promise<StackPorts> {
  return findPorts({ worker: FIRST, emulator: FIRST + 100, orders: FIRST + 200 });
}

/** A free port for something else. */
export function freeTestPort(): Promise<number> {
  return freePort(FIRST + 300);
}
