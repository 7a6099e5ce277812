/**
 * The tables of mutants in docs/test-matrix.md: written by `npm run test:mutants -- --docs`, compared by a test.
 */
import { join } from "node:path";
import { ROOT } from "../lib/build.ts";
import { toMatrix } from "./print.ts";

/** The document. */
export const MATRIX_FILE = join(ROOT, "docs/test-matrix.md");

const BEGIN = "<!-- begin: npm run test:mutants -- --docs -->";
const END = "<!-- end -->";

/**
 * The document with the current tables.
 *
 * @throws Error when the marks around them are missing
 */
export function withMatrix(document: string): string {
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`${MATRIX_FILE} lacks its marks: ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n\n${toMatrix()}\n\n${END}${after}`;
}
