/** The options of the tests that run the bench. */
import { DEFAULT_OPTIONS, type BenchOptions } from "../../bench/options.ts";

/** Very small counts: every row of the bench runs, and the measured values mean nothing. */
export const TINY: Omit<BenchOptions, "only"> = {
  ...DEFAULT_OPTIONS,
  rounds: 1,
  // One piece, of which the median is taken.
  pushes: 100,
  turns: 8,
  warmup: 8,
  connections: 4,
  users: 12,
  records: 20,
  growthPushes: 8,
  steps: 32,
  deskSteps: 2,
  deskSessions: 20,
  deskUsers: 4,
  sockets: 2,
  pacedPushes: 20,
  slowPushes: 2,
  writers: 2,
  countedUsers: 2,
  hurry: 6,
  write: false,
};
