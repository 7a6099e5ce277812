/** Builds the schema of a problem from its row in the table. */
import * as v from "valibot";
import { PROBLEMS, type ProblemCode } from "../../shared/api/problem-table.ts";
import { both } from "../../shared/api/schemas.ts";
import { problemType } from "../routes/http/response/problem.ts";

/** The prefix of problems in the document's `components.schemas`. */
export const PROBLEM_PREFIX = "Problem_";

/** Returns the whole schema of a problem. */
export function problemSchema(code: ProblemCode): v.GenericSchema {
  const { status, title, advice, facts } = PROBLEMS[code];
  const entries: v.ObjectEntries = {
    type: v.literal(problemType(code)),
    title: v.string(),
    status: v.literal(status),
    code: v.literal(code),
    detail: v.string(),
    ...facts,
  };
  const words = { title: both(title.zh, title.en), description: both(advice.zh, advice.en) };
  return v.pipe(v.strictObject(entries), v.metadata({ ref: `${PROBLEM_PREFIX}${code}`, ...words }));
}
