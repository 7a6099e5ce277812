/**
 * What a run of tests says about a mutant. Pure. Only a named test that fails by itself, by an assertion or because
 * its time is up, has noticed something; a file that does not load, or code that stumbles, proves nothing about the
 * rule.
 */
import * as v from "valibot";

/** What a run of tests came to. */
export const ReportSchema = v.object({
  modules: v.array(
    v.object({
      path: v.string(),
      /** Of the file as a whole: it did not load. */
      errors: v.array(v.string()),
      tests: v.array(v.object({ name: v.string(), state: v.string(), failures: v.array(v.string()) })),
    }),
  ),
  /** Errors outside of any test. */
  stray: v.array(v.string()),
});

/** What a run of tests came to; errors are their stacks. */
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

/** The tests of a report whose full name begins so, in one file; those the run left out are none. */
export function testsNamed(report: Report, file: string, name: string): Report["modules"][number]["tests"] {
  return report.modules
    .filter(({ path }) => path.endsWith(`/test/${file}`))
    .flatMap(({ tests }) => tests)
    .filter((test) => test.name.startsWith(name) && (test.state === "passed" || test.state === "failed"));
}

/** Why the named tests cannot be called green; undefined when they are. */
export function whyRed(report: Report, file: string, name: string): string | undefined {
  const tests = testsNamed(report, file, name);
  const failed = tests.find(({ state }) => state === "failed");
  if (failed !== undefined) return firstLine(failed.failures[0] ?? "it failed");
  if (tests.length > 0) return undefined;
  const module = report.modules.find(({ path }) => path.endsWith(`/test/${file}`));
  return firstLine(module?.errors[0] ?? report.stray[0] ?? "no test is named so");
}

/** Judges the run of one mutant. */
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

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
