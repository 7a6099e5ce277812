/** Keeps the files of a build together with the hash of its inputs, so that nothing unchanged is built again. */
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readIfThere } from "./build-inputs.ts";

/** The name of the file that contains the hash of the inputs. */
const RECORD = "inputs.txt";

/**
 * Builds into a folder, unless its files were built from the same inputs.
 *
 * @param folder the folder for the result
 * @param inputs the hash of everything that the build reads
 * @param build writes the files into the folder it is given
 */
export async function keepBuilt(
  folder: string,
  inputs: string,
  build: (draft: string) => Promise<void>,
): Promise<void> {
  if (String(await readIfThere(join(folder, RECORD))) === inputs) return;
  const draft = `${folder}.${crypto.randomUUID()}`;
  try {
    await mkdir(draft, { recursive: true });
    await build(draft);
    // Moved file by file: another process may build or read the same files, and must never see a partial file.
    await mkdir(folder, { recursive: true });
    await rm(join(folder, RECORD), { force: true });
    await writeFile(join(draft, RECORD), inputs);
    const files = await readdir(draft);
    // The hash is moved last, because until then the folder may contain files of two builds.
    for (const file of [...files.filter((name) => name !== RECORD), RECORD])
      await rename(join(draft, file), join(folder, file));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Deletes the hash of a folder, so that the next build runs even if its inputs are unchanged. */
export async function forgetBuilt(folder: string): Promise<void> {
  await rm(join(folder, RECORD), { force: true });
}
