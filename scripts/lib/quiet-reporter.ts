/** Vitest's reporter for a terminal: failures as they happen, one progress line, and the totals at the end. */
import {
  MinimalReporter,
  type TestCase,
  type TestModule,
  type TestRunEndReason,
  type TestSpecification,
} from "vitest/node";
import { CLEAR_LINE, countFileFailure, progressLine } from "./progress-line.ts";

/** Prints only failures, and keeps a progress line below them. */
export default class QuietReporter extends MinimalReporter {
  #total = 0;
  #done = 0;
  #failed = 0;

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    this.#total = specifications.length;
    super.onTestRunStart(specifications);
    this.#draw();
  }

  override onTestCaseResult(test: TestCase): void {
    if (test.result().state === "failed") this.#failed += 1;
    process.stdout.write(CLEAR_LINE);
    super.onTestCaseResult(test);
    this.#draw();
  }

  override onTestModuleEnd(module: TestModule): void {
    this.#done += 1;
    this.#failed += countFileFailure(module.state(), [...module.children.allTests("failed")].length);
    process.stdout.write(CLEAR_LINE);
    super.onTestModuleEnd(module);
    this.#draw();
  }

  override onTestRunEnd(
    modules: readonly TestModule[],
    errors: Parameters<MinimalReporter["onTestRunEnd"]>[1],
    reason: TestRunEndReason,
  ): void {
    process.stdout.write(CLEAR_LINE);
    super.onTestRunEnd(modules, errors, reason);
  }

  #draw(): void {
    process.stdout.write(progressLine({ done: this.#done, total: this.#total, failed: this.#failed }));
  }
}
