/**
 * Parses the format of `.dev.vars` as wrangler does (with dotenv's parser), so that start, setup, doctor and `wrangler
 * dev` read it in the same way: `NAME=value`, also `NAME: value` and after `export`; `#` begins a comment; a value in
 * quotation marks may have several lines, and in double quotation marks `\n` and `\r` are line breaks.
 */

/** One assignment of a file. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Line numbers, counted from 0; `lastLine` is inclusive. */
  readonly firstLine: number;
  readonly lastLine: number;
}

const ASSIGNMENT =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\n]+)?\s*(?:#.*)?$/dgm;

/** Returns the values of a file by name. If a name occurs twice, the last value is used. */
export function parseEnvText(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(findAssignments(text).map(({ name, value }) => [name, value]));
}

/** Returns every assignment, in the order of the file. */
export function findAssignments(text: string): readonly Assignment[] {
  const lines = splitLines(text).join("\n");
  const lineAt = (index: number) => lines.slice(0, index).split("\n").length - 1;
  return Array.from(lines.matchAll(ASSIGNMENT), ({ 1: name = "", 2: written = "", indices }) => {
    const [start, end] = indices?.[1] ?? [0, 0];
    const value = written.trim();
    // White space after an unquoted value may contain line breaks; these do not count as lines of the assignment.
    const valueEnd = (indices?.[2]?.[0] ?? end) + written.trimEnd().length;
    return { name, value: readValue(value), firstLine: lineAt(start), lastLine: lineAt(Math.max(end, valueEnd)) };
  });
}

/** Splits a text into lines, with any kind of line end. */
export function splitLines(text: string): readonly string[] {
  return text.split(/\r\n?|\n/);
}

function readValue(value: string): string {
  const bare = value.replace(/^(['"`])([^]*)\1$/gm, "$2");
  return value.startsWith('"') ? bare.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : bare;
}
