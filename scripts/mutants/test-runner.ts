/**
 * Runs named tests of a copy of the project in a child process that is kept for further runs; a process that hangs is
 * killed and replaced.
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import * as v from "valibot";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { QUIET_ENV } from "../lib/build.ts";
import { ReportSchema, type Report } from "./verdict.ts";
import type { RunRequest } from "./vitest-child.ts";

/** Why there is no report: the run exceeded its time limit, or its process exited. */
export interface RunProblem {
  readonly reason: "too_slow" | "ended";
}

/** A test by its file under `test/` and the beginning of its full name. */
export type TestName = readonly [file: string, name: string];

/** Runs tests of one copy. */
export interface TestRunner {
  /** The root folder of the copy. */
  readonly copy: string;
  /**
   * Runs only the given tests.
   *
   * @param changed files that have changed since the last run, by path from the root
   * @param limitMs the run is stopped after this time, milliseconds
   */
  run(tests: readonly TestName[], changed: readonly string[], limitMs: number): Promise<Result<Report, RunProblem>>;
  /** Kills its process and all child processes. */
  close(): Promise<void>;
}

/** Creates a runner; its process starts with the first run. */
export function createTestRunner(copy: string): TestRunner {
  let child: ChildProcess | undefined;

  async function close(): Promise<void> {
    if (child === undefined) return;
    const ending = child;
    child = undefined;
    if (ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, "exit");
    // Kills the process group, so that its child processes end with it.
    process.kill(-(ending.pid ?? 0), "SIGKILL");
    await ended;
  }

  return {
    copy,
    close,
    async run(tests, changed, limitMs) {
      child ??= startChild(copy);
      const report = await ask(child, { changed: [...changed], ...toRequest(tests) }, limitMs);
      if (!report.ok) await close();
      return report;
    },
  };
}

function startChild(copy: string): ChildProcess {
  return fork(join(import.meta.dirname, "vitest-child.ts"), [], {
    cwd: copy,
    detached: true,
    env: { ...QUIET_ENV, PWD: copy },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

async function ask(child: ChildProcess, request: RunRequest, limitMs: number): Promise<Result<Report, RunProblem>> {
  const over = new AbortController();
  const { signal } = over;
  const answered = once(child, "message", { signal }).then(([message]) => ok(v.parse(ReportSchema, message)));
  const ended = once(child, "exit", { signal }).then(() => err({ reason: "ended" as const }));
  const late = wait(limitMs, err({ reason: "too_slow" as const }), { signal });
  child.send(request);
  try {
    return await Promise.race([answered, ended, late]);
  } finally {
    over.abort();
    // The abort rejects the other promises of the race; this is not a failure.
    await Promise.allSettled([answered, ended, late]);
  }
}

function toRequest(tests: readonly TestName[]): Pick<RunRequest, "files" | "pattern"> {
  const files = [...new Set(tests.map(([file]) => `test/${file}`))];
  return { files, pattern: [...new Set(tests.map(([, name]) => toPattern(name)))].join("|") };
}

/**
 * Builds the pattern for a test's name. Vitest writes ` > ` between the names of suites and tests, the tables write a
 * space.
 */
function toPattern(name: string): string {
  return `^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "(?: > | )")}`;
}
