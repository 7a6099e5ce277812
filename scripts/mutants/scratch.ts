/**
 * Creates copies of the project for mutants: real files under `.tmp/mutants`, one copy per job, with links to the
 * original's packages. The original is never changed.
 */
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Mutant } from "../../test/mutants/mutant.ts";
import { ROOT } from "../lib/build.ts";
import { applyMutant, describeProblem } from "./apply.ts";

const SCRATCH = join(ROOT, ".tmp/mutants");
/** Folders that no test needs, or that are linked instead of copied. */
const LEFT_BEHIND: ReadonlySet<string> = new Set([".git", ".tmp", ".wrangler", "coverage", "dist", "node_modules"]);

/** Creates one copy and returns its path. */
export async function createScratch(job: number): Promise<string> {
  const copy = join(SCRATCH, String(job));
  await rm(copy, { recursive: true, force: true });
  await mkdir(SCRATCH, { recursive: true });
  // Copied item by item, because a folder cannot be copied into its own subfolder.

  for (const entry of await readdir(ROOT)) {
    if (LEFT_BEHIND.has(entry)) continue;
    const filter = (path: string) => !LEFT_BEHIND.has(basename(path));
    await cp(join(ROOT, entry), join(copy, entry), { recursive: true, filter });
  }
  await symlink(join(ROOT, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** Removes all copies. */
export function removeScratch(): Promise<void> {
  return rm(SCRATCH, { recursive: true, force: true });
}

/**
 * Runs a function while a mutant's change is applied to a copy, then restores the file.
 *
 * @throws Error when the change cannot be applied
 */
export async function withMutant<T>(copy: string, mutant: Mutant, run: () => Promise<T>): Promise<T> {
  const path = join(copy, mutant.file);
  const source = await readFile(path, "utf8");
  const mutated = applyMutant(source, mutant);
  // The pure test of the tables reports this problem earlier and in more detail.
  if (!mutated.ok) throw new Error(`${mutant.name}: ${mutant.file} ${describeProblem(mutated.error, mutant)}`);
  try {
    await writeFile(path, mutated.value);
    return await run();
  } finally {
    await writeFile(path, source);
  }
}
