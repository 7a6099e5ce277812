/** Writes the tables of mutants in docs/test-matrix.md (`npm run test:mutants -- --docs`); a test compares them. */
import { join } from "node:path";
import { ROOT } from "../lib/build.ts";
import { toMatrix } from "./print.ts";

/** The path of the document. */
export const MATRIX_FILE = join(ROOT, "docs/test-matrix.md");

const BEGIN = "<!-- begin: npm run test:mutants -- --docs -->";
const END = "<!-- end -->";

/**
 * Returns the document with the current tables.
 *
 * @throws Error when the markers around them are missing
 */
export function withMatrix(document: string): string {
  const [before, rest] = document.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(`${MATRIX_FILE} lacks its markers: ${BEGIN} … ${END}`);
  return `${before}${BEGIN}\n\n${toMatrix()}\n\n${END}${after}`;
}
