/** Bundles the script and the style sheets of a page: one file each, built in a tenth of a second by rolldown. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { ROOT } from "./build.ts";

/** A bundled script, and its source map if one was requested; otherwise null. */
export interface BundledScript {
  readonly code: string;
  readonly map: string | null;
}

/**
 * Bundles a script for browsers.
 *
 * @param entry the entry, relative to the root
 * @param tsconfig its tsconfig.json, relative to the root
 * @param withMap whether a source map is made
 */
export async function bundleScript(entry: string, tsconfig: string, withMap = false): Promise<BundledScript> {
  const bundle = await rolldown({ input: join(ROOT, entry), platform: "browser", tsconfig: join(ROOT, tsconfig) });
  const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting: false, sourcemap: withMap });
  await bundle.close();
  const [{ code, map }] = output;
  return { code, map: map === null ? null : map.toString() };
}

/** Joins style sheets, named relative to the root, in their order. */
export async function joinSheets(names: readonly string[]): Promise<string> {
  const sheets = await Promise.all(names.map((name) => readFile(join(ROOT, name), "utf8")));
  return sheets.join("\n");
}
