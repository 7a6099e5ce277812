/** `npm run check`, step "wording": fails when a file that git does not ignore contains a rejected phrase. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./lib/build.ts";
import { readFlags } from "./lib/command-line.ts";
import { findPhrases, isSearched } from "./wording/find-phrases.ts";

readFlags(
  "node scripts/check-wording.ts\n\n  检查用词 / searches tracked and new files for phrases of scripts/wording/phrases.ts",
  {},
);

const { stdout, status } = spawnSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: ROOT,
  encoding: "utf8",
});
if (status !== 0) throw new Error("`git ls-files` failed: run this step inside the git repository");

const paths = stdout.split("\0").filter((path) => isSearched(path) && existsSync(join(ROOT, path)));
const lines = paths.flatMap((path) =>
  findPhrases(path, readFileSync(join(ROOT, path), "utf8")).map(
    ({ line, found, write }) => `${path}:${line}: “${found}”: write: ${write}`,
  ),
);
if (lines.length > 0) console.log(`${lines.join("\n")}\n${lines.length} phrases, in ${paths.length} files searched`);
process.exit(lines.length > 0 ? 1 : 0);
