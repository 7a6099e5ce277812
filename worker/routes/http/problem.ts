/**
 * Errors as RFC 9457 problem documents. A problem never repeats the caller's input: a log of answers must not become
 * a log of messages (docs/reference/promises.md, promise 5).
 */
import type { Context } from "hono";
import { PROBLEMS, type FactsOf, type ProblemCode } from "../../../shared/api/problem-table.ts";
import { both } from "../../../shared/api/schemas.ts";

export type { FactsOf, ProblemCode } from "../../../shared/api/problem-table.ts";

/** The content type of a problem. */
export const PROBLEM_TYPE = "application/problem+json";

/** The members that may differ from the table. */
export interface ProblemOptions {
  /** More detail than the table's advice; never the caller's own words. */
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Builds the answer.
 *
 * @param facts the members the table names for this code
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
 * The `type` of a problem: the URL that explains it. Relative with its full path (RFC 9457 §3.1.1), so it is the same
 * on every host.
 */
export function problemType(code: ProblemCode): string {
  return `/api/docs#${code}`;
}
