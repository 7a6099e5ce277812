/** `npm start -- --port N --open`, a port that is taken, and Ctrl-C while connections are open. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";
import { freeTestPort } from "../support/ports.ts";

let folder: string;
let port: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-start-port-"));
  await writeFile(join(folder, ".dev.vars"), "");
  port = await freeTestPort();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Programs in place of the system's own, which note the page that they are to open; not for Windows, where none is found by PATH. */
const OPENERS = process.platform === "win32" ? [] : ["xdg-open", "open"];
const opened = () => readFile(join(folder, "opened"), "utf8").catch(() => "");

async function spawnStart(...args: readonly string[]) {
  for (const name of OPENERS) {
    await writeFile(join(folder, name), `#!/bin/sh\necho "$1" > "${join(folder, "opened")}"\n`);
    await chmod(join(folder, name), 0o755);
  }
  const place = ["--persist-to", join(folder, "data"), "--dev-vars", join(folder, ".dev.vars")];
  const child = spawn(process.execPath, [join(ROOT, "scripts/start.ts"), ...args, ...place], {
    env: { ...process.env, PATH: [folder, process.env["PATH"] ?? ""].join(delimiter) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const started = { child, output: "", ended: once(child, "close") };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (started.output += String(part)));
  return started;
}

/** A request whose body never ends. */
async function openRequest(to: number): Promise<Socket> {
  const socket = connect(to, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.write("POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{");
  return socket;
}

it("uses the port and the two after it, opens the phone page, and Ctrl-C does not wait for open connections", async ({
  expect,
}) => {
  const started = await spawnStart("--port", String(port), ...(OPENERS.length > 0 ? ["--open"] : []));
  await expect.poll(() => started.output, { timeout: 60_000 }).toContain("is running");
  for (const [part, offset] of ["worker", "emulator", "shop"].map((name, index) => [name, index] as const)) {
    expect(started.output).toMatch(new RegExp(`${part} .*http://127\\.0\\.0\\.1:${port + offset}\\b`));
  }
  if (OPENERS.length > 0) await expect.poll(opened).toBe(`http://127.0.0.1:${port + 1}/\n`);
  const sockets = await Promise.all([0, 1, 2].map((offset) => openRequest(port + offset)));
  started.child.kill("SIGINT");
  // 0, and not the 130 of Miniflare's own listener: every part was stopped, though no client closed its connection.
  expect(await started.ended).toEqual([0, null]);
  for (const socket of sockets) socket.destroy();
});

it.for([0, 1, 2])("names the taken port and the remedy, and starts nothing: port N+%i", async (offset, { expect }) => {
  const other = createServer().listen(port + offset, "127.0.0.1");
  await once(other, "listening");
  const started = await spawnStart("--port", String(port));
  expect(await started.ended).toEqual([1, null]);
  other.close();
  expect(started.output).toContain(`--port ${port}: port ${port + offset} (`);
  expect(started.output).toContain("end the program that uses it, or pass another --port");
  expect(started.output).not.toMatch(/^\s+at /m);
});
