/** `npm run setup` for Cloudflare with a simulated wrangler and worker. */
import { randomBytes } from "node:crypto";
import { setUpCloudflare } from "../../scripts/setup/cloudflare.ts";
import type { SetupOptions } from "../../scripts/setup/options.ts";
import { createScreen } from "../../scripts/setup/screen.ts";
import type { CommandResult } from "../../scripts/setup/wrangler.ts";

export const APPID = "wx0123456789abcdef";
export const SECRET = "5ec4e75ec4e75ec4e75ec4e75ec4e75e";
export const API_KEY = "brought-api-key-0123456789";
export const URL_OF = "https://kefu.example.com";
export const HEALTHY = { status: "ok", apps: 1, modes: ["secure"], api: "open", warnings: [] };
export const ALL = {
  verified: "2026-11-22T09:00:00.000Z",
  message: "2026-11-22T09:01:00.000Z",
  answer: "2026-11-22T09:01:01.000Z",
};
const NOT_THERE = { code: 1, stdout: "", stderr: "✘ [ERROR] A request to the Cloudflare API failed. [code: 10007]" };

export const OPTIONS: SetupOptions = {
  target: "cloudflare",
  yes: true,
  force: false,
  renew: false,
  extras: [],
  brought: { WECHAT_APPID: APPID, WECHAT_APP_SECRET: SECRET },
  start: true,
  deploy: true,
  domain: "kefu.example.com",
  waitMs: 60_000,
};

interface World {
  /** The answers of wrangler, by the first words of the command. */
  readonly wrangler?: Readonly<Record<string, Partial<CommandResult>>>;
  /** Answers of the worker by method and path, one after another; the last one is repeated. */
  readonly worker?: Readonly<Record<string, readonly Response[]>>;
  readonly toml?: Readonly<Record<string, unknown>>;
}

const LOGGED_IN = { stdout: JSON.stringify({ loggedIn: true, accounts: [{ name: "Team", id: "1" }] }) };

/** Runs setup; returns its exit code, what it printed, and what it called. */
export async function run(options: Partial<SetupOptions> = {}, world: World = {}, base: SetupOptions = OPTIONS) {
  const { wrangler = {}, worker = {}, toml = {} } = world;
  let shown = "";
  let clock = Date.UTC(2026, 10, 22, 9);
  const calls: { readonly command: string; readonly input?: string }[] = [];
  const asked: Request[] = [];
  const answers: Readonly<Record<string, Partial<CommandResult>>> = {
    whoami: LOGGED_IN,
    "secret list": NOT_THERE,
    deploy: { stdout: "Deployed edge-kefu triggers\n  kefu.example.com (custom domain)\n" },
    "secret bulk": { stdout: "✨ 5 secrets successfully created\n" },
    ...wrangler,
  };
  const replies: Record<string, readonly Response[]> = {
    "GET /healthz": [Response.json(HEALTHY)],
    "GET /api/v1/milestones": [Response.json(ALL)],
    "GET /api/v1/agents": [Response.json({ agents: [{ role: "admin", name: "x", hasPassword: true }] })],
    ...worker,
  };
  const code = await setUpCloudflare(
    { ...base, ...options },
    {
      screen: createScreen((text) => (shown += text)),
      wrangler: async (args, input) => {
        const command = args.join(" ");
        calls.push({ command, ...(input !== undefined && { input }) });
        const name = Object.keys(answers).find((start) => command.startsWith(start)) ?? "";
        return { code: 0, stdout: "", stderr: "", ...answers[name] };
      },
      login: () => Promise.resolve(false),
      worker: {
        randomBytes,
        now: () => clock,
        sleep: async (ms) => void (clock += ms),
        fetch: async (request) => {
          asked.push(request);
          const key = `${request.method} ${new URL(request.url).pathname}`;
          const [next, ...rest] = replies[key] ?? [];
          if (next !== undefined && rest.length > 0) replies[key] = rest;
          if (next === undefined) throw new TypeError("fetch failed");
          return next.clone();
        },
      },
      devVars: { path: "/nowhere", flag: undefined },
      tomlVars: () => Promise.resolve(toml),
      onLog: () => {},
    },
  );
  const bulk = calls.find(({ command }) => command === "secret bulk")?.input;
  const uploaded: Record<string, string> = bulk === undefined ? {} : JSON.parse(bulk);
  return { code, shown, commands: calls.map(({ command }) => command), uploaded, asked };
}

/** The names of all values that setup uploads by default. */
export const NAMES = [
  "WECHAT_APPID",
  "WECHAT_APP_SECRET",
  "WECHAT_TOKEN",
  "WECHAT_ENCODING_AES_KEY",
  "API_KEYS",
  "DATA_KEY",
];
