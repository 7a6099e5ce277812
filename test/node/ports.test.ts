/** A port that another program takes between choosing and binding: the stack chooses again. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-ports-"));
  await writeFile(join(folder, ".dev.vars"), "");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/**
 * Runs a script whose chosen port is occupied, until it reports that it is running or ends; then ends it. @returns its
 * output
 */
async function runWithTakenPort(script: string, args: readonly string[], after: number | "every"): Promise<string> {
  const preload = join(ROOT, "test/support/take-port.ts");
  const child = spawn(process.execPath, ["--import", preload, join(ROOT, "scripts", script), ...args], {
    env: { ...process.env, TAKE_PORT_AFTER: String(after) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let output = "";
  const isRunning = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (part) => {
        output += String(part);
        if (output.includes("is running")) resolve();
      });
    }
  });
  await Promise.race([isRunning, ended]);
  child.kill("SIGINT");
  await ended;
  return output;
}

const local = () => ["--persist-to", join(folder, "data"), "--dev-vars", join(folder, ".dev.vars")];

// In the order in which the ports are chosen. `npm run setup` chooses them with the same function as `npm start`.
it.for([
  ["npm start", "the worker", 1, "start.ts", []],
  ["npm start", "the emulator", 2, "start.ts", []],
  ["npm run setup", "the shop's back end", 3, "setup.ts", ["--local", "--yes"]],
] as const)("%s chooses again when the port of %s is taken", async ([, , after, script, flags], { expect }) => {
  const output = await runWithTakenPort(script, [...flags, ...local()], after);
  const taken = /port (\d+) is taken/.exec(output)?.[1] ?? "";
  expect(taken).not.toBe("");
  expect(output).toContain("is running");
  expect(output.split("is running")[1]).not.toContain(`:${taken}`);
  expect(output).not.toMatch(/^\s+at /m);
  expect(output).not.toMatch(/kj::Exception|EADDRINUSE|ERR_ADDRESS_IN_USE/);
});

it("reports that the ports are taken repeatedly", async ({ expect }) => {
  const output = await runWithTakenPort("start.ts", local(), "every");
  expect(output).toContain("other programs repeatedly took the ports");
  expect(output).not.toMatch(/^\s+at /m);
});
