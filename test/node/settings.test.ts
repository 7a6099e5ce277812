/** `npm run settings` as a process, against the worker itself. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { LOCAL_API_KEY, runKefu } from "../../scripts/lib/stack.ts";
import { prepareStack } from "../support/ports.ts";

let folder: string;
let kefu: RunningWorker;
beforeAll(async () => {
  const { ports, scripts } = await prepareStack();
  folder = await mkdtemp(join(tmpdir(), "kefu-settings-"));
  kefu = await runKefu(scripts.worker, ports, {});
});
afterAll(async () => {
  await kefu.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command with the file in the folder, until it ends. */
async function settings(...args: readonly string[]) {
  const vars = join(folder, "empty.dev.vars");
  await writeFile(vars, "");
  const flags = ["--file", join(folder, "settings.json"), "--dev-vars", vars];
  const child = spawn(process.execPath, [join(ROOT, "scripts/settings.ts"), ...args, ...flags], {
    env: { ...process.env, API_KEYS: "", MY_KEY: "not-a-key-of-this-worker" },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += String(part)));
  const [code] = await once(child, "close");
  if (output.includes(LOCAL_API_KEY)) throw new Error("the API key was printed");
  return { code: Number(code), output };
}

const readSettings = async () => readFile(join(folder, "settings.json"), "utf8");

/** Replaces a part of the file. */
async function edit(from: string, to: string): Promise<void> {
  await writeFile(join(folder, "settings.json"), (await readSettings()).replace(from, to));
}

it("pulls, checks and pushes, and overwrites no version that was stored since", async ({ expect }) => {
  const url = ["--url", kefu.url];
  expect(await settings("pull", ...url)).toMatchObject({ code: 0, output: expect.stringContaining("version 0") });
  await edit('"handover"', '"silent"');
  expect(await settings("check")).toMatchObject({ code: 0 });
  // The address on this machine is in the file.
  expect(await settings("push")).toMatchObject({ code: 0, output: expect.stringContaining("stored as version 1") });

  const stored = await fetch(`${kefu.url}/api/v1/settings`, {
    method: "PUT",
    headers: { authorization: `Bearer ${LOCAL_API_KEY}`, "content-type": "application/json", "if-match": '"1"' },
    body: JSON.stringify({ defaults: { fallback: { type: "handover" }, muteAfterApiMinutes: 30 } }),
  });
  expect(stored.status).toBe(200);
  await edit('"Asia/Shanghai"', '"Asia/Tokyo"');
  const edited = await readSettings();
  const conflict = await settings("push");
  expect(conflict.code).toBe(1);
  expect(conflict.output).toContain("the worker has version 2, and the file was pulled from version 1");
  expect(conflict.output).toContain("defaults.muteAfterApiMinutes\n    文件 / file    0\n    服务 / worker  30");
  expect(await readSettings()).toBe(edited);

  expect(await settings("pull")).toMatchObject({ code: 0 });
  expect(await readFile(join(folder, "settings.kept-1.json"), "utf8")).toBe(edited);
  await edit('"Asia/Shanghai"', '"Asia/Tokyo"');
  expect(await settings("push")).toMatchObject({ code: 0, output: expect.stringContaining("stored as version 3") });
  const read = await fetch(`${kefu.url}/api/v1/settings`, { headers: { authorization: `Bearer ${LOCAL_API_KEY}` } });
  expect(await read.json()).toMatchObject({ defaults: { timeZone: "Asia/Tokyo", muteAfterApiMinutes: 30 } });

  const schema = JSON.parse(await readSettings()).$schema;
  expect(schema).toBe(`${kefu.url}/api/settings.schema.json`);
  // Another worker's key is refused by the worker, and nothing is written.
  const before = await readdir(folder);
  expect(await settings("pull", "--api-key-env", "MY_KEY")).toMatchObject({ code: 1 });
  expect(await readdir(folder)).toEqual(before);
});

it("passes the check with the settings of the sample shop", async ({ expect }) => {
  await writeFile(join(folder, "settings.json"), await readFile(join(ROOT, "examples/shop-settings.json")));
  expect(await settings("check")).toMatchObject({ code: 0 });
});
