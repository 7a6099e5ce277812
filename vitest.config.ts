import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseEnv } from "node:util";
import { defineConfig } from "vitest/config";
import { unstable_readConfig } from "wrangler";

// A `.env` of this machine must not change what a test does; of `.dev.vars` see `withoutDevVars`.
process.env["CLOUDFLARE_LOAD_DEV_VARS_FROM_DOT_ENV"] = "false";

// Whole processes are started hundreds of times: with compiled code kept, a script starts in half the CPU or less.
process.env["NODE_COMPILE_CACHE"] ??= join(import.meta.dirname, ".tmp/compile-cache");

/** What is polled for may take several seconds on a machine that does other work as well. */
const PATIENT = { poll: { timeout: 10_000 } };
/** Property tests take a second; on such a machine, several. */
const BUSY = { testTimeout: 30_000, hookTimeout: 60_000, expect: PATIENT };

/** `TEST_CLOCK=2026-12-31T23:50+08:00 npm test` runs every suite that can at that time (CONTRIBUTING.md). */
const { TEST_CLOCK } = process.env;
const CLOCK =
  TEST_CLOCK === undefined
    ? {}
    : {
        env: {
          TEST_CLOCK_OFFSET_MS: String(Date.parse(TEST_CLOCK) - Date.now()),
          NODE_OPTIONS: `--import=${pathToFileURL("test/support/shift-clock.ts").href}`,
        },
        setupFiles: ["test/support/shift-clock.ts"],
      };

/**
 * Five kinds of tests: `pure` (protocol, domain, shared, emulator: plain Node), `workerd` (real Durable Objects,
 * KV and rate limits inside the runtime), `node` (whole processes: start, kill, restart, build), `browser` (the phone
 * page in Chromium against the real stack), `miniprogram` (the built package in a simulated mini program).
 */
export default defineConfig({
  test: {
    // A passing test prints nothing of its own; what a failing one logged is shown with it.
    silent: "passed-only",
    slowTestThreshold: 60_000,
    // By default one less than there are processors, which on two is one after the other.
    maxWorkers: 2,
    projects: [
      { test: { ...CLOCK, name: "pure", include: ["test/pure/**/*.test.ts"], isolate: false, ...BUSY } },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              // Commented out in wrangler.toml.
              r2Buckets: ["MEDIA"],
              bindings: {
                ...withoutDevVars(),
                DATA_KEY: "ZGF0YS10ZXN0LWtleS0wMTIzNDU2Nzg5YWJjZGVmZ2g=",
                CONTEXT_KEY: "context-test-key-0123456789abcdefgh",
                WEBHOOK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                API_KEYS: "test-key-0123456789abcdef,other-key-0123456789abcdef",
                WECHAT_APPS: JSON.stringify(
                  ["wx0123456789abcdef", "wxfedcba9876543210"].map((appid) => ({
                    appid,
                    secret: "0123456789abcdef0123456789abcdef",
                    token: "edgekefutesttoken",
                    aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
                  })),
                ),
              },
              // No test may reach a real host: what is not played by the emulator in the same isolate is refused.
              outboundService: (request: { url: string }) => {
                throw new Error(`a test tried to reach ${new URL(request.url).host}`);
              },
            },
          }),
        ],
        test: {
          ...CLOCK,
          name: "workerd",
          // Two workers, each with one workerd for all of its files (docs/development.md, "Tests in workerd").
          isolate: process.env["SHARE_WORKERD"] !== "1",
          setupFiles: [...(CLOCK.setupFiles ?? []), "test/workerd/before-each-file.ts"],
          include: ["test/workerd/**/*.test.ts"],
          // `npm run test:long -- --desk` sets more.
          provide: {
            pairsOfTakes: Number(process.env["PAIRS_OF_TAKES"] ?? 40),
            cuts: Number(process.env["CUTS"] ?? 12),
          },
          ...BUSY,
        },
      },
      {
        test: {
          ...CLOCK,
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: "test/browser/unpack.ts",
          // They wait more than they reckon, even on two cores.
          maxWorkers: 3,
          // vitest wants another number of workers to have a turn of its own.
          sequence: { groupOrder: 1 },
          expect: PATIENT,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...CLOCK,
          name: "miniprogram",
          include: ["test/miniprogram/**/*.test.ts"],
          globalSetup: "test/miniprogram/build.ts",
          environment: "jsdom",
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...CLOCK,
          name: "node",
          include: ["test/node/**/*.test.ts"],
          // The doctor compares clocks by the header Date, which workerd writes by the machine's.
          exclude:
            TEST_CLOCK === undefined
              ? []
              : ["test/node/doctor*.test.ts", "test/node/setup.test.ts", "test/node/bench*.test.ts"],
          expect: PATIENT,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
    coverage: {
      provider: "istanbul",
      include: [
        "worker/**/core/**/*.ts",
        "worker/channels/{mini-program,wechat/push}/**/*.ts",
        "worker/channels/wechat/*.ts",
        "shared/{api/settings,message,text}/**/*.ts",
        "shared/api/desk/rights.ts",
      ],
      reporter: ["text-summary", "text"],
      thresholds: { lines: 100 },
    },
  },
});

/**
 * The plugin reads `.dev.vars`, and no option keeps it from doing so. What this machine has there must not change what
 * a test does: its names get what wrangler.toml says, or nothing, which is as good as absent.
 */
function withoutDevVars(): Record<string, string> {
  if (!existsSync(".dev.vars")) return {};
  const { vars } = unstable_readConfig({ config: "wrangler.toml" });
  const names = Object.keys(parseEnv(readFileSync(".dev.vars", "utf8")));
  return Object.fromEntries(names.map((name) => [name, String(vars[name] ?? "")]));
}
