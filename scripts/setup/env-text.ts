/**
 * The text of `.dev.vars`: sets values and leaves everything else unchanged, including comments. Also writes the file:
 * readable by its owner only, and atomically.
 */
import { randomUUID } from "node:crypto";
import { chmod, rename, writeFile } from "node:fs/promises";
import { findAssignments, parseEnvText, splitLines } from "../lib/env-format.ts";

const HEADING = `# npm run setup 写入；已被 git 忽略，不要提交 / written by npm run setup; ignored by git, never commit it.
`;

/**
 * Sets values.
 *
 * @param text the current text of the file; undefined when there is no file
 * @param values by name; they contain only characters that need no escape
 * @returns undefined when the values could not be read back or other values would change, for example because a
 * quotation mark is not closed
 */
export function setEnvValues(text: string | undefined, values: Readonly<Record<string, string>>): string | undefined {
  const set = setLines(text, values);
  const after = parseEnvText(set);
  const wanted = { ...parseEnvText(text ?? ""), ...values };
  const names = [...Object.keys(wanted), ...Object.keys(after)];
  return names.every((name) => after[name] === wanted[name]) ? set : undefined;
}

/** Writes a file atomically that only its owner can read. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600, flag: "wx" });
  await chmod(draft, 0o600); // set explicitly, because the umask may have removed even the owner's permission
  await rename(draft, path);
}

function setLines(text: string | undefined, values: Readonly<Record<string, string>>): string {
  const before = text ?? HEADING;
  const assignments = findAssignments(before);
  const lines: (string | undefined)[] = [...splitLines(before)];
  const missing: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const line = `${name}="${value}"`;
    // If a name occurs twice, the last value is used.
    const place = assignments.findLast((existing) => existing.name === name);
    if (place === undefined) missing.push(line);
    else
      for (let at = place.firstLine; at <= place.lastLine; at += 1)
        lines[at] = at === place.firstLine ? line : undefined;
  }
  const body = lines.filter((line) => line !== undefined).join("\n");
  if (missing.length === 0) return body;
  return `${body === "" || body.endsWith("\n") ? body : `${body}\n`}${missing.join("\n")}\n`;
}
