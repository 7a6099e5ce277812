/**
 * What a run of vitest says about a mutant. Pure. Only a named test that fails by itself, by an assertion or because
 * its time is up, has noticed something; a file that does not load, or code that stumbles, proves nothing about the
 * rule.
 */
import * as v from "valibot";

/** What is read of vitest's JSON report. */
export const ReportSchema = v.object({
  testResults: v.array(
    v.object({
      name: v.string(),
      message: v.string(),
      assertionResults: v.array(
        v.object({
          fullName: v.string(),
          status: v.string(),
          failureMessages: v.nullish(v.array(v.string()), []),
        }),
      ),
    }),
  ),
});

/** Vitest's JSON report. */
export type Report = v.InferOutput<typeof ReportSchema>;

/** What became of a mutant. */
export type Verdict =
  | { readonly state: "killed"; readonly by: "assertion" | "time-out"; readonly test: string }
  /** The named tests are green: nobody noticed. */
  | { readonly state: "survived" }
  /** Something failed that is no test's own judgement. */
  | { readonly state: "crashed"; readonly why: string }
  /** No test of that name ran. */
  | { readonly state: "unnamed" };

/** Statuses of tests a name pattern left out. */
const LEFT_OUT: ReadonlySet<string> = new Set(["skipped", "pending", "todo", "disabled"]);

/** The tests of a report whose full name begins so, in one file. */
export function testsNamed(
  report: Report,
  file: string,
  name: string,
): Report["testResults"][number]["assertionResults"] {
  return report.testResults
    .filter((result) => result.name.endsWith(`/test/${file}`))
    .flatMap((result) => result.assertionResults)
    .filter((test) => test.fullName.startsWith(name) && !LEFT_OUT.has(test.status));
}

/** Judges the run of one mutant. */
export function judge(report: Report, file: string, name: string): Verdict {
  const tests = testsNamed(report, file, name);
  for (const { fullName: test, failureMessages } of tests) {
    const by = failureMessages.map(judgementOf).find((judgement) => judgement !== undefined);
    if (by !== undefined) return { state: "killed", by, test };
  }
  const failure = tests.flatMap(({ failureMessages }) => failureMessages)[0] ?? brokenFile(report);
  if (failure !== undefined) return { state: "crashed", why: firstLine(failure) };
  return tests.length === 0 ? { state: "unnamed" } : { state: "survived" };
}

/** A failure that is the test's own: an assertion, an error the test itself throws, or its time. */
function judgementOf(failure: string): "assertion" | "time-out" | undefined {
  if (/^\w*Error: (?:Test|Hook) timed out in \d+ms/.test(failure)) return "time-out";
  return /\bAssertionError\b/.test(failure) || isThrownByTest(failure) ? "assertion" : undefined;
}

/** A plain `Error`, as tests throw it (`must`), whose first frame outside of packages lies under test/. */
function isThrownByTest(failure: string): boolean {
  if (!failure.startsWith("Error: ")) return false;
  const frame = failure.split("\n").find((line) => /^\s+at /.test(line) && !line.includes("node_modules"));
  return frame?.includes("/test/") === true;
}

function brokenFile(report: Report): string | undefined {
  return report.testResults.map(({ message }) => message).find((message) => message !== "");
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
