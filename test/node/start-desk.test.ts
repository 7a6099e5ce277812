/**
 * `npm start` and the desk: links for the first admin and the demo agent, a user who asks for a person, and what is
 * left after the stack was killed in the middle.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";
import { resetLocalData } from "../../scripts/lib/local-data.ts";
import { buildKefu } from "../../scripts/lib/stack.ts";

const PASSWORD = "a long password";
const USER = "oStartDesk0000000000000001";

let folder: string;
let running: Started[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-start-desk-"));
  running = [];
});
afterEach(async () => {
  for (const started of running) await started.end("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

/** A running `npm start`. */
interface Started {
  /** What it printed. */
  readonly output: string;
  readonly worker: string;
  readonly emulator: string;
  end(signal: "SIGINT" | "SIGKILL"): Promise<void>;
}

const data = () => join(folder, "data");
const devVars = () => join(folder, ".dev.vars");

async function start(): Promise<Started> {
  const place = ["--persist-to", data(), "--dev-vars", devVars()];
  // A process group of its own, so that workerd ends with it.
  const child = spawn(process.execPath, [join(ROOT, "scripts/start.ts"), ...place], {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += String(part)));
  const ended = once(child, "close");
  await vi.waitUntil(() => /is running[^]*chat\?openid/.test(output) || child.exitCode !== null, 240_000);
  if (child.exitCode !== null) throw new Error(output);
  const addressOf = (part: string) => new RegExp(`${part} .*?(http://[\\d.:]+)`).exec(output)?.[1] ?? "";
  const started: Started = {
    output,
    worker: addressOf("worker"),
    emulator: addressOf("emulator"),
    async end(signal) {
      kill(child, signal);
      await ended;
    },
  };
  running.push(started);
  return started;
}

function kill({ pid, exitCode }: ChildProcess, signal: "SIGINT" | "SIGKILL"): void {
  if (pid === undefined || exitCode !== null) return;
  try {
    process.kill(signal === "SIGKILL" ? -pid : pid, signal);
  } catch {
    return; // it has ended
  }
}

/** Returns the printed link that contains this text. */
const linkOf = ({ output }: Started, pattern: RegExp) => pattern.exec(output)?.[0] ?? "";
const inviteOf = (started: Started) => linkOf(started, /http:\/\/localhost:\d+\/desk#invite=a[0-9a-f]{12}\.[\w-]{43}/);
const demoOf = (started: Started) => linkOf(started, /http:\/\/localhost:\d+\/_emulator\/desk/);

/** Calls the worker as a page does, with the cookie of an agent; "" sends none. */
async function call(
  { worker }: Started,
  method: string,
  path: string,
  cookie: string,
  body?: object,
): Promise<Response> {
  const headers = { cookie, origin: worker, ...(body && { "content-type": "application/json" }) };
  return fetch(`${worker}/api/v1/${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

const jsonOf = async (response: Promise<Response>) => (await response).json();
const cookieOf = (response: Response) => response.headers.get("set-cookie")?.split(";")[0] ?? "";

async function clickDemo(started: Started): Promise<{ readonly response: Response; readonly cookie: string }> {
  const url = demoOf(started).replace("localhost", "127.0.0.1");
  const response = await fetch(url, { redirect: "manual" });
  return { response, cookie: cookieOf(response) };
}

/** Connects the socket of the desk's page: an agent without one takes no session. */
async function openPage({ worker }: Started, cookie: string): Promise<void> {
  const url = `${worker.replace("http", "ws")}/api/v1/desk/socket`;
  // The types are those of browsers; Node's WebSocket takes headers.
  const options: unknown = { headers: { cookie, origin: worker } };
  const socket = new WebSocket(url, options as string[]);
  await once(socket, "open");
}

async function userWrites({ emulator }: Started, content: string): Promise<void> {
  const push = { openid: USER, content: { kind: "text", content } };
  const headers = { "content-type": "application/json" };
  await fetch(`${emulator}/_emulator/push`, { method: "POST", headers, body: JSON.stringify(push) });
}

/** Waits until a list has a row, and returns the first one. */
async function rowIn(started: Started, view: string, cookie: string) {
  let found;
  await vi.waitUntil(async () => {
    const { rows } = await jsonOf(call(started, "GET", `conversations?view=${view}`, cookie));
    [found] = rows;
    return found !== undefined;
  }, 10_000);
  return found as unknown as { conversation: string; log: string; version: number; session: { assignee: string } };
}

// A start takes long while other tests run.
describe("npm start", { timeout: 300_000 }, () => {
  it("prints a link for an admin until one has a password, and one that signs in the demo agent at once", async ({
    expect,
  }) => {
    await writeFile(devVars(), "");
    const first = await start();
    const invite = inviteOf(first).split("#invite=")[1];
    const accepted = await call(first, "POST", "sign-in/invite", "", { invite, password: PASSWORD });
    expect(accepted.status).toBe(200);
    expect(first.output).toContain("仅限本机 / signs in at once, on this machine only");
    const { response, cookie } = await clickDemo(first);
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(`${first.worker}/desk`);
    expect(response.headers.get("set-cookie")).toMatch(/^kefu_local=.*HttpOnly/);
    expect(await jsonOf(call(first, "GET", "me", cookie))).toMatchObject({ name: "演示客服", role: "agent" });
    const again = await clickDemo(first);
    expect(await jsonOf(call(first, "GET", "me", again.cookie))).toMatchObject({ name: "演示客服" });
    const { agents } = await jsonOf(call(first, "GET", "agents", cookieOf(accepted)));
    const known = agents.map(({ role, wanted }: { role: string; wanted: { state: string } }) => [role, wanted.state]);
    expect(known.toSorted()).toEqual([
      ["admin", "away"],
      ["agent", "online"],
    ]);
    // A page of another site must not sign this browser in.
    const headers = { "sec-fetch-site": "cross-site" };
    expect((await fetch(`${first.emulator}/_emulator/desk`, { headers })).status).toBe(403);
    // Only the emulator has a demo agent: a worker that is deployed cannot sign anyone in without a secret.
    for (const path of ["/_emulator/desk", "/api/v1/_emulator/desk", "/desk/demo"])
      expect((await fetch(`${first.worker}${path}`, { redirect: "manual" })).headers.get("set-cookie")).toBeNull();
    const bundle = await readFile(await buildKefu(), "utf8");
    expect(bundle).toContain("sign-in/invite");
    for (const words of ["演示客服", "_emulator"]) expect(bundle).not.toContain(words);
  });

  it("keeps agents, sign-ins, session and draft when it is killed and DATA_KEY changed; --reset keeps the key", async ({
    expect,
  }) => {
    await writeFile(devVars(), "");
    const first = await start();
    const invite = inviteOf(first).split("#invite=")[1];
    const admin = cookieOf(await call(first, "POST", "sign-in/invite", "", { invite, password: PASSWORD }));
    const { id } = await jsonOf(call(first, "GET", "me", admin));
    await userWrites(first, "人工");
    const { conversation, log, version } = await rowIn(first, "queue", admin);
    await openPage(first, admin);
    const take = { id: "take-0001", log, version, session: await sessionOf(first, conversation, admin) };
    expect((await call(first, "POST", `conversations/${conversation}/take`, admin, take)).status).toBe(200);
    const draft = { log, draft: { text: "您好，我查一下", mode: "reply" } };
    expect((await call(first, "PUT", `conversations/${conversation}/draft`, admin, draft)).ok).toBe(true);
    const before = await rowIn(first, "mine", admin);
    await first.end("SIGKILL");

    // As after `npm run setup`, the file has its own key; what was encrypted with the built-in key stays readable.
    const own = `DATA_KEY="${"b".repeat(42)}A="\n`;
    await writeFile(devVars(), own);
    const second = await start();
    expect(inviteOf(second)).toBe("");
    expect(await jsonOf(call(second, "GET", "me", admin))).toMatchObject({ id, role: "admin" });
    expect(await rowIn(second, "mine", admin)).toEqual(before);
    expect(before.session.assignee).toBe(id);
    expect(await jsonOf(call(second, "GET", `conversations/${conversation}/draft`, admin))).toMatchObject({
      draft: { text: "您好，我查一下" },
    });
    await second.end("SIGINT");

    expect((await resetLocalData({ path: data(), flag: undefined })).ok).toBe(true);
    expect(await readFile(devVars(), "utf8")).toBe(own);
  });
});

async function sessionOf(started: Started, conversation: string, cookie: string): Promise<number> {
  const { rows } = await jsonOf(call(started, "GET", "conversations?view=queue", cookie));
  const found = rows.find((row: { conversation: string }) => row.conversation === conversation);
  return found.session.seq;
}
