/** `npm run setup` reports a pause first, and retries a pause that the set-up caused. */
import { randomBytes } from "node:crypto";
import { describe, it } from "vitest";
import { setUpCloudflare } from "../../../scripts/setup/cloudflare.ts";
import { createScreen } from "../../../scripts/setup/screen.ts";

const APPID = "wx0123456789abcdef";
const HEALTH = { status: "degraded", apps: 1, modes: ["secure"], api: "open", warnings: [] };
const FAULT = {
  appid: APPID,
  reason: "token_refused",
  code: "40125",
  meaning: "密钥错误 / wrong secret",
  cure: "核对 / check it",
};
const VERIFIED = { verified: "2026-11-22T09:00:00.000Z" };

interface Situation {
  /** Whether the pause can be lifted. */
  readonly resumed: boolean;
  /** Names of the secrets that Cloudflare has already. */
  readonly stored?: readonly string[];
  readonly milestones?: object;
  readonly waitMs?: number;
  readonly fault?: object;
}

/** Setup of a worker that is paused. */
async function setUp({ resumed, stored = [], milestones = VERIFIED, waitMs = 4_000, fault = FAULT }: Situation) {
  let shown = "";
  let clock = Date.UTC(2026, 10, 22, 9);
  let isPaused = true;
  const asked: string[] = [];
  const listed = JSON.stringify(stored.map((name) => ({ name, type: "secret_text" })));
  const code = await setUpCloudflare(
    {
      target: "cloudflare",
      yes: true,
      force: false,
      renew: false,
      extras: [],
      brought: { WECHAT_APPID: APPID, WECHAT_APP_SECRET: "5ec4e75ec4e75ec4e75ec4e75ec4e75e" },
      start: true,
      deploy: true,
      domain: "kefu.example.com",
      waitMs,
    },
    {
      screen: createScreen((text) => (shown += text)),
      wrangler: async (args) => {
        if (args[0] === "whoami")
          return {
            code: 0,
            stdout: JSON.stringify({ loggedIn: true, accounts: [{ name: "T", id: "1" }] }),
            stderr: "",
          };
        return { code: 0, stdout: args[0] === "secret" && args[1] === "list" ? listed : "", stderr: "" };
      },
      login: () => Promise.resolve(false),
      worker: {
        randomBytes,
        now: () => clock,
        sleep: async (ms) => {
          clock += ms;
        },
        async fetch(request) {
          const { pathname } = new URL(request.url);
          if (pathname === "/api/v1/agents") return Response.json({ agents: [] }, { status: 404 });
          asked.push(`${request.method} ${pathname}`);
          if (pathname === "/healthz") {
            const faults = request.headers.has("authorization") ? { faults: isPaused ? [fault] : [] } : {};
            return Response.json({ ...HEALTH, status: isPaused ? "degraded" : "ok", ...faults });
          }
          if (pathname === "/api/v1/milestones") return Response.json(milestones);
          isPaused = !resumed;
          return Response.json({ resumed, trial: { outcome: resumed ? "none" : "no_token" }, faults: [] });
        },
      },
      devVars: { path: "/nowhere", flag: undefined },
      tomlVars: () => Promise.resolve({}),
      onLog: () => {},
    },
  );
  return { code, asked, shown, faults: shown.split("\n").filter((line) => line.includes("✗")) };
}

describe("setup of a paused worker", () => {
  it("names the pause before the missing milestones", async ({ expect }) => {
    const { code, faults } = await setUp({ resumed: false });
    expect(code).toBe(1);
    expect(faults[0]).toContain("没有消息发出：密钥错误");
    expect(faults.findIndex((line) => line.includes("尚未完成"))).toBeGreaterThan(0);
  });

  it("names failing sends before them, too", async ({ expect }) => {
    const fault = {
      appid: APPID,
      reason: "sends_failing",
      meaning: "微信没有应答 / no answer",
      cure: "核对 / check it",
      count: 7,
      since: "2026-11-22T08:59:00.000Z",
    };
    const { code, faults } = await setUp({ resumed: false, fault });
    expect(code).toBe(1);
    expect(faults[0]).toContain("没有消息发出：微信没有应答");
  });

  it("makes a test send, and does not mention the pause when messages are sent", async ({ expect }) => {
    const { asked, faults } = await setUp({ resumed: true });
    expect(asked).toContain("POST /api/v1/resume");
    expect(faults.join()).not.toContain("没有消息发出");
  });

  it("does not report a complete setup, although every milestone was reached once", async ({ expect }) => {
    const at = "2026-11-22T08:00:00.000Z";
    const { code, shown, faults } = await setUp({
      resumed: false,
      milestones: { verified: at, message: at, answer: at },
    });
    expect(faults[0]).toContain("没有消息发出：密钥错误");
    expect(shown).not.toContain("接入完成");
    expect(code).toBe(1);
  });

  it("reports that there is a fault, also when the API key cannot be read", async ({ expect }) => {
    const { code, asked, faults } = await setUp({ resumed: false, stored: ["API_KEYS"], waitMs: 0 });
    expect(faults[0]).toContain("degraded");
    expect(asked).not.toContain("POST /api/v1/resume");
    expect(code).toBe(1);
  });

  it("ends with a fault when it does not wait either", async ({ expect }) => {
    expect(await setUp({ resumed: false, waitMs: 0 })).toMatchObject({ code: 1 });
    expect(await setUp({ resumed: true, waitMs: 0 })).toMatchObject({ code: 0 });
  });
});
