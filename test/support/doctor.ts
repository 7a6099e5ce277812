/**
 * The doctor as a process, and its findings; output that contains a secret of the tests is an error.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/lib/build.ts";
import { LOCAL_API_KEY, LOCAL_APP } from "../../scripts/lib/local-app.ts";

/** A finding, as `--json` prints it. */
export interface Finding {
  readonly id: string;
  readonly state: string;
  readonly fact?: string;
  readonly wrong?: { readonly zh: string; readonly en: string };
  readonly cure?: { readonly zh: string; readonly en: string };
}

const EMPTY_FILE = join(ROOT, ".tmp/empty.dev.vars");
/** Values of another set-up. */
export const OTHER_APPID = "wxfedcba9876543210";
export const OTHER_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba";
export const OTHER_API_KEY = "another-key-0123456789abcdef";
const SECRETS = [LOCAL_APP.token, LOCAL_APP.aesKey, LOCAL_APP.secret, LOCAL_API_KEY, OTHER_KEY, OTHER_API_KEY];

/** Runs the doctor until it ends. */
export async function runDoctor(...args: string[]) {
  // A .dev.vars of this machine must not change a test.
  await mkdir(join(ROOT, ".tmp"), { recursive: true });
  await writeFile(EMPTY_FILE, "");
  const file = args.includes("--dev-vars") ? [] : ["--dev-vars", EMPTY_FILE];
  const child = spawn(process.execPath, [join(ROOT, "scripts/doctor.ts"), ...file, ...args], {
    env: { ...process.env, API_KEYS: "" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += String(part)));
  const [code] = await once(child, "close");
  return { code: Number(code), output };
}

/** Returns the findings, after a check that the output contains no secret. */
export function findingsOf(output: string): readonly Finding[] {
  if (SECRETS.some((secret) => output.includes(secret))) throw new Error("a secret was printed");
  const report: { readonly findings: readonly Finding[] } = JSON.parse(output);
  return report.findings;
}
