/**
 * The format of `.dev.vars`, read as wrangler reads it (its reader is dotenv's), so that start, setup and doctor read
 * it in the same way as `wrangler dev`: `NAME=value`, also `NAME: value` and after `export`; `#` begins a comment; a
 * value in quotation marks may have several lines, and in double ones `\n` and `\r` are line breaks.
 */

/** One assignment of a file. */
export interface Assignment {
  readonly name: string;
  readonly value: string;
  /** Its lines, counted from 0, the last one included. */
  readonly firstLine: number;
  readonly lastLine: number;
}

const ASSIGNMENT =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\n]+)?\s*(?:#.*)?$/dgm;

/** The values of a file by name. If a name occurs twice, the last value counts. */
export function parseEnvText(text: string): Readonly<Record<string, string>> {
  return Object.fromEntries(findAssignments(text).map(({ name, value }) => [name, value]));
}

/** Every assignment, in the order of the file. */
export function findAssignments(text: string): readonly Assignment[] {
  const lines = splitLines(text).join("\n");
  const lineAt = (index: number) => lines.slice(0, index).split("\n").length - 1;
  return Array.from(lines.matchAll(ASSIGNMENT), ({ 1: name = "", 2: written = "", indices }) => {
    const [start, end] = indices?.[1] ?? [0, 0];
    const value = written.trim();
    // White space after an unquoted value belongs to none of its lines.
    const valueEnd = (indices?.[2]?.[0] ?? end) + written.trimEnd().length;
    return { name, value: readValue(value), firstLine: lineAt(start), lastLine: lineAt(Math.max(end, valueEnd)) };
  });
}

/** The lines of a text, with any kind of line end. */
export function splitLines(text: string): readonly string[] {
  return text.split(/\r\n?|\n/);
}

function readValue(value: string): string {
  const bare = value.replace(/^(['"`])([^]*)\1$/gm, "$2");
  return value.startsWith('"') ? bare.replaceAll("\\n", "\n").replaceAll("\\r", "\r") : bare;
}
