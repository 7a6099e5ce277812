import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { createControl, type Control } from "../../emulator/control.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { LOCAL_API_KEY, runEmulator, runKefu, type StackPorts } from "../../scripts/lib/stack.ts";
import { findingsOf, OTHER_API_KEY, OTHER_APPID, OTHER_KEY, runDoctor } from "../support/doctor.ts";
import { prepareStack, freeTestPort } from "../support/ports.ts";

let ports: StackPorts;
let scripts: { readonly worker: string; readonly emulator: string };
let emulator: RunningWorker;
let control: Control;
let kefu: RunningWorker | undefined;

beforeAll(async () => {
  ({ ports, scripts } = await prepareStack());
  emulator = await runEmulator(scripts.emulator, ports.emulator, ports.worker);
  control = createControl((request) => fetch(request), emulator.url);
});

afterEach(async () => {
  await kefu?.stop();
  kefu = undefined;
  await control.reset();
});

afterAll(async () => {
  await emulator.stop();
});

/** Starts the worker with these variables, and examines it as a process. */
async function doctorOf(vars: Readonly<Record<string, string>>, ...flags: string[]) {
  kefu = await runKefu(scripts.worker, ports, { vars });
  return runDoctor(kefu.url, "--local", ...flags);
}

const failuresOf = (output: string) => findingsOf(output).filter(({ state }) => state === "failed");

describe("npm run doctor", () => {
  it("finds only that no agent can sign in to a worker of npm start, and reports it in Chinese and English", async ({
    expect,
  }) => {
    const { code, output } = await doctorOf({});
    const others = output.split("\n").filter((line) => /^ +[✗!-] /.test(line));
    expect(others).toEqual([expect.stringContaining("有管理员可以登录客服工作台 / an admin can sign in to the desk")]);
    expect(output).toContain("没有发现故障 / no fault found");
    expect(output).toContain("第三方平台");
    expect(code).toBe(0);
  });

  it("makes every check, and resolves no unconfirmed point of WeChat from a local worker", async ({ expect }) => {
    const { code, output } = await doctorOf({}, "--json");
    expect(code).toBe(0);
    const findings = findingsOf(output);
    expect(findings.map(({ id }) => id)).toEqual([
      "address",
      "health",
      "mode",
      "desk",
      "clock",
      "push.stale",
      "verify.genuine",
      "verify.forged",
      "push.genuine",
      "push.json",
      "verify.short",
      "push.short",
      "push.forged",
      "push.foreign",
      "push.plaintext",
      "api",
      "wechat.token",
      "wechat.quota",
      "wechat.network.CHINANET",
      "wechat.network.UNICOM",
      "wechat.network.CAP",
      "forwarding",
      "alerts",
      "people",
    ]);
    // No agent has been invited yet.
    expect(findings.filter(({ state }) => state !== "ok").map(({ id }) => id)).toEqual(["people"]);
    const report: { readonly unconfirmed: readonly { readonly number: number }[] } = JSON.parse(output);
    expect(report.unconfirmed).toHaveLength(17);
    expect(report.unconfirmed.some((point) => "settled" in point)).toBe(false);
  });

  it("needs no flag for a worker on this machine, because it uses the values of npm start", async ({ expect }) => {
    kefu = await runKefu(scripts.worker, ports, {});
    const { code, output } = await runDoctor(kefu.url.replace("127.0.0.1", "localhost"), "--json");
    expect(findingsOf(output).filter(({ state, id }) => state !== "ok" && id !== "people")).toEqual([]);
    expect(code).toBe(0);
  });

  it("examines a plain-mode worker by plain mode's rules when the mode is passed", async ({ expect }) => {
    const { code, output } = await doctorOf({ WECHAT_PUSH_MODE: "plain" }, "--json", "--mode", "plain");
    expect(failuresOf(output)).toEqual([]);
    expect(findingsOf(output).map(({ id }) => id)).toEqual(expect.arrayContaining(["push.encrypted", "push.old"]));
    expect(code).toBe(0);
  });
});

describe("each simulated fault is named with its fix", () => {
  it.for([
    { fault: "a wrong Token", vars: { WECHAT_TOKEN: "anotherToken" }, id: "verify.genuine", cure: "WECHAT_TOKEN" },
    {
      fault: "a wrong EncodingAESKey",
      vars: { WECHAT_ENCODING_AES_KEY: OTHER_KEY },
      id: "push.genuine",
      cure: "WECHAT_ENCODING_AES_KEY",
    },
    { fault: "a wrong AppID", vars: { WECHAT_APPID: OTHER_APPID }, id: "verify.genuine", cure: "WECHAT_APPID" },
    { fault: "plain mode", vars: { WECHAT_PUSH_MODE: "plain" }, id: "mode", cure: "WECHAT_PUSH_MODE" },
    { fault: "a missing secret", vars: { WECHAT_TOKEN: "" }, id: "health.WECHAT_TOKEN", cure: "secret put" },
    { fault: "a wrong AppSecret", vars: { WECHAT_APP_SECRET: "f".repeat(32) }, id: "wechat.token", cure: "SECRET" },
    { fault: "a wrong API key", vars: { API_KEYS: OTHER_API_KEY }, id: "api", cure: "API_KEYS" },
    { fault: "no API key", vars: { API_KEYS: "" }, id: "api", cure: "secret put API_KEYS" },
    {
      fault: "WeChat out of reach",
      vars: { WECHAT_API_BASE: "http://127.0.0.1:9" },
      id: "wechat.token",
      cure: "API_BASE",
    },
  ])("$fault", async ({ vars, id, cure }, { expect }) => {
    const { code, output } = await doctorOf(vars, "--json");
    expect(code).toBe(1);
    const finding = failuresOf(output).find((candidate) => candidate.id === id);
    expect(finding?.cure?.en).toContain(cure);
    expect(finding?.wrong?.zh).toMatch(/\p{Script=Han}/u);
  });

  it("several missing secrets, all at once", async ({ expect }) => {
    const { code, output } = await doctorOf({ WECHAT_TOKEN: "", WECHAT_APP_SECRET: "", WECHAT_ENCODING_AES_KEY: "" });
    expect(code).toBe(1);
    for (const name of ["WECHAT_TOKEN", "WECHAT_APP_SECRET", "WECHAT_ENCODING_AES_KEY"]) {
      expect(output).toContain(`✗ 变量 ${name}`);
    }
  });

  it("pushes refused for their signed timestamp: their number, the time difference, and the meaning", async ({
    expect,
  }) => {
    kefu = await runKefu(scripts.worker, ports, {});
    const timestamp = Math.floor(Date.now() / 1_000) - 7_200;
    await control.text("oDoctor", "x", { overrides: { timestamp } });
    const { code, output } = await runDoctor(kefu.url, "--local", "--json");
    expect(code).toBe(1);
    const finding = failuresOf(output).find(({ id }) => id === "push.stale");
    expect(finding?.fact).toMatch(/^1: .*signed 720\d s before it arrived/);
    expect(finding?.cure?.en).toContain("WECHAT_PUSH_MAX_AGE_S");
  });

  it("a worker that accepts signed pushes of any age", async ({ expect }) => {
    const { code, output } = await doctorOf({ WECHAT_PUSH_MAX_AGE_S: "0" }, "--json");
    expect(code).toBe(0);
    expect(findingsOf(output).find(({ id }) => id === "push.age")).toMatchObject({ state: "warning" });
  });

  it("the IP whitelist: 40164", async ({ expect }) => {
    await control.switches({ ipWhitelist: true });
    const { code, output } = await doctorOf({}, "--json");
    expect(code).toBe(1);
    const finding = failuresOf(output).find(({ id }) => id === "wechat.token");
    expect(finding).toMatchObject({
      fact: "errcode 40164",
      cure: { en: expect.stringContaining("WECHAT_TOKEN_BASE") },
    });
  });

  it.for([
    { errcode: 48001, target: "quota", id: "wechat.quota" },
    { errcode: 40201, target: "callback", id: "wechat.network.CAP" },
  ] as const)("WeChat's $errcode", async ({ errcode, target, id }, { expect }) => {
    await control.fault({ fault: "errcode", errcode, target });
    const { code, output } = await doctorOf({}, "--json");
    expect(code).toBe(1);
    expect(failuresOf(output).find((finding) => finding.id === id)?.fact).toBe(`errcode ${errcode}`);
  });

  it.for([
    {
      fault: "something before the worker that stops JSON",
      isStopped: (request: IncomingMessage) => request.headers["content-type"] === "application/json",
      ids: ["push.json"],
    },
    {
      fault: "a route that leaves out the URL of the console",
      isStopped: (request: IncomingMessage) => request.url?.startsWith("/wechat/message") === true,
      ids: ["verify.short", "push.short"],
    },
  ])("$fault", async ({ isStopped, ids }, { expect }) => {
    kefu = await runKefu(scripts.worker, ports, {});
    const { url } = kefu;
    const proxy = createServer((request, response) => void pass(url, isStopped, request, response));
    const port = await listen(proxy);
    try {
      const { code, output } = await runDoctor(`http://127.0.0.1:${port}`, "--local", "--json");
      expect(code).toBe(1);
      const failures = failuresOf(output);
      expect(failures.map(({ id }) => id)).toEqual(ids);
      for (const { cure } of failures) expect(cure?.en).toContain("must reach the Worker unchanged");
    } finally {
      proxy.close();
      proxy.closeAllConnections();
    }
  });

  it("a console in another mode than the worker", async ({ expect }) => {
    const { code, output } = await doctorOf({}, "--json", "--mode", "plain");
    expect(code).toBe(1);
    expect(failuresOf(output).find(({ id }) => id === "mode")?.wrong?.en).toContain("every push would be rejected");
  });
});

describe("at the wrong address", () => {
  it("there is no answer", async ({ expect }) => {
    const { code, output } = await runDoctor(`http://127.0.0.1:${await freeTestPort()}`, "--json");
    expect(code).toBe(1);
    expect(failuresOf(output)).toMatchObject([{ id: "health", fact: "network" }]);
  });

  it("a server that accepts everything and has another clock is recognised", async ({ expect }) => {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? "/", "http://127.0.0.1");
      response.setHeader("date", new Date(Date.now() - 3_600_000).toUTCString());
      if (url.pathname === "/healthz") {
        response.end(JSON.stringify({ status: "ok", apps: 1, modes: ["secure"], api: LOCAL_API_KEY, warnings: [] }));
      } else response.end(url.searchParams.get("echostr") ?? "success");
    });
    const port = await listen(server);
    try {
      const { code, output } = await runDoctor(`http://127.0.0.1:${port}`, "--local", "--json");
      expect(code).toBe(1);
      expect(failuresOf(output).map(({ id }) => id)).toEqual(
        expect.arrayContaining(["clock", "verify.forged", "push.forged", "push.foreign", "push.plaintext"]),
      );
      expect(output).toContain("***");
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  it.for([
    { args: [] },
    { args: ["ftp://kefu.test"] },
    { args: ["http://a.test", "http://b.test"] },
    { args: ["http://a.test", "--tokn", "s3cret-value"] },
    { args: ["http://a.test", "--mode", "s3cret-value"] },
  ])("an invalid call is reported without repeating it: %j", async ({ args }, { expect }) => {
    const { code, output } = await runDoctor(...args);
    expect(code).toBe(2);
    expect(output).toContain("npm run doctor -- URL");
    expect(output).not.toContain("s3cret");
  });
});

/** Handles a request as a proxy in front of the worker: forwards it, or answers 404 if it is blocked. */
async function pass(
  url: string,
  isStopped: (request: IncomingMessage) => boolean,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (isStopped(request)) {
    response.writeHead(404).end("not found");
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  const { method = "GET", headers } = request;
  const answer = await fetch(`${url}${request.url}`, {
    method,
    headers: {
      "content-type": headers["content-type"] ?? "text/plain",
      authorization: headers.authorization ?? "",
    },
    ...(method === "POST" && { body: Buffer.concat(chunks) }),
  });
  response.writeHead(answer.status).end(await answer.text());
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}
