/**
 * Returns errors as RFC 9457 problem documents. A problem never repeats the caller's input, so that logs of responses
 * contain no messages (docs/reference/promises.md, promise 5).
 */
import type { Context } from "hono";
import { PROBLEMS, type FactsOf, type ProblemCode } from "../../../../shared/api/problem-table.ts";
import { both } from "../../../../shared/api/schemas.ts";

export type { FactsOf, ProblemCode } from "../../../../shared/api/problem-table.ts";

/** The content type of a problem. */
export const PROBLEM_TYPE = "application/problem+json";

/** The members that may differ from the table. */
export interface ProblemOptions {
  /** More detail than the table's advice; never text from the caller. */
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Returns the response with a problem.
 *
 * @param facts the additional members that the table defines for this code
 */
export function problem<C extends ProblemCode>(
  c: Context,
  code: C,
  facts: FactsOf<C>,
  options: ProblemOptions = {},
): Response {
  const { status, title, advice } = PROBLEMS[code];
  const { detail = both(advice.zh, advice.en), headers } = options;
  const body = { type: problemType(code), title: both(title.zh, title.en), status, code, detail, ...facts };
  return c.body(JSON.stringify(body), status, { ...headers, "content-type": PROBLEM_TYPE });
}

/**
 * Returns the `type` of a problem: the URL of its explanation. A relative URL with its full path (RFC 9457 §3.1.1), so
 * it is the same on every host.
 */
export function problemType(code: ProblemCode): string {
  return `/api/docs#${code}`;
}
