/**
 * `npm start` after a run that ended during a pause: the fault in the emulator that caused it does not exist any more.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { runLocal } from "../../scripts/lib/local-run.ts";
import { ownValues } from "../../scripts/lib/local-values.ts";
import type { Stack } from "../../scripts/lib/stack.ts";

let folder: string;
let stack: Stack;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-start-pause-"));
});
afterEach(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const start = () => runLocal({ values: ownValues(), onLog: () => {}, persistTo: folder });
const rowsOf = async (openid: string) => (await stack.api("GET", `/api/v1/conversations/${openid}`)).text();
const answersTo = async (openid: string) =>
  (await stack.control.chat(openid)).lines.filter(({ from }) => from === "service").length;

describe("npm start", () => {
  it("lifts the pause of the previous run", async ({ expect }) => {
    stack = await start();
    await stack.control.fault({ fault: "errcode", errcode: 45009, target: "send" });
    await stack.control.text("oPausedBefore", "多少钱");
    await expect.poll(() => rowsOf("oPausedBefore")).toContain('"kind":"retry"');
    await stack.stop();

    stack = await start();
    await stack.control.text("oComesAfter", "多少钱");
    await expect.poll(() => answersTo("oComesAfter")).toBeGreaterThan(0);
    const { status } = await (await fetch(`${stack.workerUrl}/healthz`)).json();
    expect(status).toBe("ok");
    // Nothing is paused: no message is tried, and no token is fetched.
    await stack.stop();
    stack = await start();
    expect(await stack.control.calls()).toStrictEqual([]);
  });
});
