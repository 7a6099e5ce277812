/**
 * The text of `.dev.vars`: values set in it, everything else left as it is, comments too. And the file: only its owner
 * may read it, and it is never half written.
 */
import { randomUUID } from "node:crypto";
import { chmod, rename, writeFile } from "node:fs/promises";

const HEADING = `# npm run setup 写入；已被 git 忽略，不要提交 / written by npm run setup; ignored by git, never commit it.
`;

/**
 * Sets values.
 *
 * @param text the file as it is; undefined when there is none
 * @param values by name; of letters, digits and signs that need no escape
 */
export function setEnvValues(text: string | undefined, values: Readonly<Record<string, string>>): string {
  const lines = (text ?? HEADING).split("\n");
  const missing: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const line = `${name}="${value}"`;
    const places = lines.flatMap((existing, index) => (nameIn(existing) === name ? [index] : []));
    // Of a name that stands there twice the last one holds.
    const place = places.at(-1);
    if (place === undefined) missing.push(line);
    else lines[place] = line;
  }
  const body = lines.join("\n");
  if (missing.length === 0) return body;
  return `${body === "" || body.endsWith("\n") ? body : `${body}\n`}${missing.join("\n")}\n`;
}

/** Writes a file only its owner can read, in one step. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, text, { mode: 0o600, flag: "wx" });
  await chmod(draft, 0o600); // the umask may have taken even that
  await rename(draft, path);
}

function nameIn(line: string): string | undefined {
  return /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1];
}
