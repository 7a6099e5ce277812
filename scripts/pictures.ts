/** `npm run pictures`: takes the pictures of docs/pictures anew, as the browser tests compare them. Look at them. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { QUIET_ENV, ROOT } from "./lib/build.ts";

const TESTS = ["test/browser/pictures.test.ts", "test/browser/shop-pictures.test.ts"];

const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--project", "browser", ...TESTS], {
  cwd: ROOT,
  env: { ...QUIET_ENV, UPDATE_PICTURES: "1" },
  stdio: "inherit",
});
process.exit(status ?? 1);
