/**
 * Decides whether a mutant was killed, from the report of a test run. Pure. Only a named test that fails by an
 * assertion or its timeout counts; a file that does not load, or another error in the code, proves nothing about the
 * rule.
 */
import * as v from "valibot";

/** The schema of a report of a test run. */
export const ReportSchema = v.object({
  modules: v.array(
    v.object({
      path: v.string(),
      /** Errors of the file as a whole: it did not load. */
      errors: v.array(v.string()),
      tests: v.array(v.object({ name: v.string(), state: v.string(), failures: v.array(v.string()) })),
    }),
  ),
  /** Errors outside of any test. */
  stray: v.array(v.string()),
});

/** The report of a test run; errors are given as stacks. */
export type Report = v.InferOutput<typeof ReportSchema>;

/** The result for a mutant. */
export type Verdict =
  | { readonly state: "killed"; readonly by: "assertion" | "time-out"; readonly test: string }
  /** The named tests pass: the mutant was not noticed. */
  | { readonly state: "survived" }
  /** A failure that is not caused by an assertion or timeout of a named test. */
  | { readonly state: "crashed"; readonly why: string }
  /** No test with that name ran. */
  | { readonly state: "unnamed" };

/**
 * Returns the tests in a report whose full name begins with the given text, in one file; skipped tests are left out.
 */
export function testsNamed(report: Report, file: string, name: string): Report["modules"][number]["tests"] {
  return report.modules
    .filter(({ path }) => path.endsWith(`/test/${file}`))
    .flatMap(({ tests }) => tests)
    .filter((test) => test.name.startsWith(name) && (test.state === "passed" || test.state === "failed"));
}

/** Returns why the named tests do not count as passed; undefined when they do. */
export function whyRed(report: Report, file: string, name: string): string | undefined {
  const tests = testsNamed(report, file, name);
  const failed = tests.find(({ state }) => state === "failed");
  if (failed !== undefined) return firstLine(failed.failures[0] ?? "it failed");
  if (tests.length > 0) return undefined;
  const module = report.modules.find(({ path }) => path.endsWith(`/test/${file}`));
  return firstLine(module?.errors[0] ?? report.stray[0] ?? "no test has this name");
}

/** Returns the result for a mutant from the report of its run. */
export function judge(report: Report, file: string, name: string): Verdict {
  const tests = testsNamed(report, file, name);
  for (const { name: test, failures } of tests) {
    const by = failures.map(judgementOf).find((judgement) => judgement !== undefined);
    if (by !== undefined) return { state: "killed", by, test };
  }
  const [failure] = [...tests.flatMap(({ failures }) => failures), ...report.modules.flatMap(({ errors }) => errors)];
  const why = failure ?? (tests.length === 0 ? report.stray[0] : undefined);
  if (why !== undefined) return { state: "crashed", why: firstLine(why) };
  return tests.length === 0 ? { state: "unnamed" } : { state: "survived" };
}

/**
 * Classifies a failure caused by the test itself: an assertion, an error that the test throws, or its timeout. Returns
 * undefined for any other failure.
 */
function judgementOf(failure: string): "assertion" | "time-out" | undefined {
  if (/^\w*Error: (?:Test|Hook) timed out in \d+ms/.test(failure)) return "time-out";
  return /\bAssertionError\b/.test(failure) || isThrownByTest(failure) ? "assertion" : undefined;
}

/**
 * Returns whether the failure is a plain `Error` thrown by a test (`must`): its first stack frame outside of packages
 * is in test/.
 */
function isThrownByTest(failure: string): boolean {
  if (!failure.startsWith("Error: ")) return false;
  const frame = failure.split("\n").find((line) => /^\s+at /.test(line) && !line.includes("node_modules"));
  return frame?.includes("/test/") === true;
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
