/**
 * `npm run pictures`: takes all pictures anew that the browser tests compare and the READMEs show. Check them before
 * you commit.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { QUIET_ENV, ROOT } from "./lib/build.ts";
import { readFlags } from "./lib/command-line.ts";

readFlags("npm run pictures\n\n  重新拍摄测试与 README 用的图片 / takes the pictures of tests and READMEs anew", {});

const TESTS = ["pictures", "shop-pictures", "shop-widths"].map((name) => `test/browser/${name}.test.ts`);

const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--project", "browser", ...TESTS], {
  cwd: ROOT,
  env: { ...QUIET_ENV, UPDATE_PICTURES: "1" },
  stdio: "inherit",
});
process.exit(status ?? 1);
