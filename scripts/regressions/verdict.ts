/**
 * What a run of tests against the faulty version says about a row of `test/regressions/`. Pure. A row holds when every
 * test it names fails, and by an assertion: a file that does not load or a set-up that throws shows no fault.
 */
import * as v from "valibot";
import type { Regression } from "../../test/regressions/index.ts";

/** What is read of vitest's JSON report. */
export const ReportSchema = v.object({
  testResults: v.array(
    v.object({
      /** The file's path. */
      name: v.string(),
      /** Why the file did not load or its set-up failed, otherwise empty. */
      message: v.optional(v.string(), ""),
      assertionResults: v.array(
        v.object({ fullName: v.string(), status: v.string(), failureMessages: v.array(v.string()) }),
      ),
    }),
  ),
});

/** One file of the report. */
export type FileResult = v.InferOutput<typeof ReportSchema>["testResults"][number];

/** How one name of a row ended. */
export interface Verdict {
  readonly point: string;
  /** From `test/`. */
  readonly file: string;
  readonly name: string;
  readonly fails: boolean;
  /** The assertion that failed, or why the row does not hold. */
  readonly how: string;
}

/** How a failure's text begins after a failed `expect`, a failed `expect.poll`, a failed property. */
const ASSERTION = /^(?:AssertionError|Error: expected |Error: Property failed)/;

/** Judges each name of a row. @param result the row's file, undefined when it did not run */
export function judge({ point, file, names }: Regression, result: FileResult | undefined): readonly Verdict[] {
  return names.map((name) => ({ point, file, name, ...judgeName(name, result) }));
}

function judgeName(name: string, result: FileResult | undefined): Pick<Verdict, "fails" | "how"> {
  if (result === undefined) return { fails: false, how: "the file did not run" };
  const named = result.assertionResults.filter(({ fullName }) => fullName.startsWith(name));
  const other = named.find(({ status, failureMessages }) => status !== "failed" || !isAssertion(failureMessages));
  if (named.length > 0 && other === undefined) return { fails: true, how: firstLine(named[0]?.failureMessages) };
  if (other?.status === "passed") return { fails: false, how: `passes: ${other.fullName}` };
  if (other?.status === "failed") return { fails: false, how: firstLine(other.failureMessages) };
  return { fails: false, how: firstLine([result.message || "no test is named so"]) };
}

function isAssertion([failure = ""]: readonly string[]): boolean {
  return ASSERTION.test(failure);
}

function firstLine([text = ""]: readonly string[] = []): string {
  return text.split("\n")[0] ?? "";
}

/** A regular expression for these names and no others; vitest may put ` > ` between those of suites and tests. */
export function toPattern(rows: readonly Regression[]): string {
  const names = new Set(rows.flatMap((row) => row.names));
  return [...names]
    .map((name) => `^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "(?: > | )")}`)
    .join("|");
}

/** Two lines about one name. */
export function toLines({ point, file, name, fails, how }: Verdict): string {
  return `${fails ? "✓" : "✗"} ${point} · test/${file} «${name}»\n      ${how.slice(0, 200)}`;
}
