/**
 * `npm run pictures`: updates all pictures that the browser tests compare and the READMEs show. Check them before you
 * commit.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { QUIET_ENV, ROOT } from "./lib/build.ts";
import { readFlags } from "./lib/command-line.ts";

readFlags(
  "npm run pictures\n\n  重新生成测试与 README 使用的图片 / updates the pictures used by tests and READMEs",
  {},
);

const TESTS = ["pictures", "shop-pictures", "shop-widths"].map((name) => `test/browser/${name}.test.ts`);

const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
const { status } = spawnSync(process.execPath, [vitest, "run", "--project", "browser", ...TESTS], {
  cwd: ROOT,
  env: { ...QUIET_ENV, UPDATE_PICTURES: "1" },
  stdio: "inherit",
});
process.exit(status ?? 1);
