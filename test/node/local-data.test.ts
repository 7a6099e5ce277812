/**
 * `npm start` on local data: in another format, without a format marker (as written by 0.1), and deleted by `--reset`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";
import { LOCAL_API_KEY } from "../../scripts/lib/local-app.ts";
import { LOCAL_DATA_FORMAT, resetLocalData } from "../../scripts/lib/local-data.ts";

const USER = "oLocalData0000000000000001";

let folder: string;
let data: string;
let marker: string;
let running: Started[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-local-data-"));
  data = join(folder, "data");
  marker = join(data, "edge-kefu-format");
  running = [];
  await writeFile(join(folder, ".dev.vars"), "");
});
afterEach(async () => {
  for (const started of running) await started.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly output: string;
  /** Undefined while it runs. */
  readonly code: number | undefined;
  /** Returns the address that it printed for this part. */
  addressOf(part: "worker" | "emulator"): string;
  stop(): Promise<void>;
}

/** Runs a script until it reports that it is running, or ends. */
async function start(script: string, ...args: readonly string[]): Promise<Started> {
  const place = ["--persist-to", data, "--dev-vars", join(folder, ".dev.vars")];
  const child = spawn(process.execPath, [join(ROOT, "scripts", script), ...args, ...place], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let code: number | undefined;
  const ended = once(child, "close").then(() => (code = child.exitCode ?? -1));
  const isRunning = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part) => {
        output += String(part);
        if (/is running[^]*API key/.test(output)) resolve();
      });
    }
  });
  await Promise.race([isRunning, ended]);
  const started: Started = {
    output,
    code,
    addressOf: (part) => new RegExp(`${part} .*?(http://[\\d.:]+)`).exec(output)?.[1] ?? "",
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
  };
  running.push(started);
  return started;
}

/** Returns the status with which the API answers for the user: 404 if the user never wrote. */
async function conversationStatus(started: Started): Promise<number> {
  const headers = { authorization: `Bearer ${LOCAL_API_KEY}` };
  return (await fetch(`${started.addressOf("worker")}/api/v1/conversations/${USER}`, { headers })).status;
}

describe("local data of another format", () => {
  beforeEach(async () => {
    await mkdir(join(data, "do/worker-Account"), { recursive: true });
    await writeFile(marker, "99");
  });

  it.for([
    ["npm start", "start.ts", []],
    ["npm run setup", "setup.ts", ["--local", "--yes"]],
  ] as const)("is not opened by %s, which names the fix and changes nothing", async ([, script, args], { expect }) => {
    const { code, output } = await start(script, ...args);
    expect(code).toBe(1);
    expect(output).toContain(`--persist-to ${data}：本机数据的格式：99；此版本需要的格式：${LOCAL_DATA_FORMAT}。`);
    expect(output).toContain(`its local data has format 99, but this version needs format ${LOCAL_DATA_FORMAT} and`);
    expect(output).toContain(`npm start -- --reset --persist-to "${data}"`);
    expect(output).not.toMatch(/^\s+at /m);
    expect(await readdir(data, { recursive: true })).toHaveLength(3);
    expect(await readFile(marker, "utf8")).toBe("99");
    expect(await readFile(join(folder, ".dev.vars"), "utf8")).toBe("");
  });

  it("is deleted by --reset, which begins new data", async ({ expect }) => {
    const started = await start("start.ts", "--reset");
    expect(started.output).toContain(`deleted the local data: ${data} (do/worker-Account)`);
    expect(await conversationStatus(started)).toBe(404);
    expect((await readFile(marker, "utf8")).trim()).toBe(LOCAL_DATA_FORMAT);
  });

  it("is not deleted by --reset when another value of the call is wrong", async ({ expect }) => {
    await writeFile(join(folder, ".dev.vars"), "WECHAT_ENCODING_AES_KEY=short\n");
    expect((await start("start.ts", "--reset")).code).toBe(1);
    expect(await readFile(marker, "utf8")).toBe("99");
  });
});

it("npm start marks the data that it creates; a reset deletes all of it, but not while npm start runs", async ({
  expect,
}) => {
  const first = await start("start.ts");
  const push = { openid: USER, content: { kind: "text", content: "多少钱" } };
  const headers = { "content-type": "application/json" };
  await fetch(`${first.addressOf("emulator")}/_emulator/push`, { method: "POST", headers, body: JSON.stringify(push) });
  expect(await conversationStatus(first)).toBe(200);
  expect((await readFile(marker, "utf8")).trim()).toBe(LOCAL_DATA_FORMAT);

  const refused = await start("start.ts", "--reset");
  expect(refused.code).toBe(1);
  expect(refused.output).toContain(`${data}: a running npm start (or npm run setup) uses the data in it`);
  expect(await conversationStatus(first)).toBe(200);

  await first.stop();
  const { ok } = await resetLocalData({ path: data, flag: undefined });
  expect(ok).toBe(true);
  expect(await readdir(data, { recursive: true })).toEqual([]);
});
