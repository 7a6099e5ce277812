import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";

/**
 * Five kinds of tests: `pure` (protocol, domain, shared, emulator: plain Node), `workerd` (real Durable Objects,
 * KV and rate limits inside the runtime), `node` (whole processes: start, kill, restart, build), `browser` (the phone
 * page in Chromium against the real stack), `miniprogram` (the built package in a simulated mini program).
 */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "pure", include: ["test/pure/**/*.test.ts"] } },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
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
        test: { name: "workerd", include: ["test/workerd/**/*.test.ts"] },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: "test/browser/unpack.ts",
          // They wait more than they reckon, even on two cores.
          maxWorkers: 3,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: "miniprogram",
          include: ["test/miniprogram/**/*.test.ts"],
          globalSetup: "test/miniprogram/build.ts",
          environment: "jsdom",
          testTimeout: 60_000,
        },
      },
      { test: { name: "node", include: ["test/node/**/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
    coverage: {
      provider: "istanbul",
      include: ["worker/{protocol,domain}/**/*.ts"],
      reporter: ["text-summary", "text"],
      thresholds: { lines: 100 },
    },
  },
});
