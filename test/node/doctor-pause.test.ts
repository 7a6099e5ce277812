/** The doctor on a worker whose sends WeChat refused: from the emulated refusal to the lifted pause. */
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { createControl, type Control } from "../../emulator/control.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { LOCAL_API_KEY, LOCAL_APP, runEmulator, runKefu } from "../../scripts/lib/stack.ts";
import { findingsOf, runDoctor } from "../support/doctor.ts";
import { prepareStack } from "../support/ports.ts";

const ANSWER = { fallback: { type: "reply", messages: [{ type: "text", content: "您好" }] } };
let emulator: RunningWorker;
let kefu: RunningWorker;
let control: Control;

beforeAll(async () => {
  const { ports, scripts } = await prepareStack();
  emulator = await runEmulator(scripts.emulator, ports.emulator, ports.worker);
  kefu = await runKefu(scripts.worker, ports, {});
  control = createControl((request) => fetch(request), emulator.url);
  await api("PUT", "/api/v1/settings", { defaults: ANSWER });
});
afterAll(async () => {
  await Promise.all([kefu.stop(), emulator.stop()]);
});

function api(method: string, path: string, body?: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${LOCAL_API_KEY}`, "content-type": "application/json", "if-match": "*" };
  return fetch(`${kefu.url}${path}`, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

const rowsOf = async (openid: string) => (await api("GET", `/api/v1/conversations/${openid}`)).text();
const textsOf = async (openid: string) =>
  (await control.chat(openid)).lines.filter(({ from }) => from === "service").length;

describe("npm run doctor on a paused worker", () => {
  it("names the pause first, and lifts it once its cause is gone", async ({ expect }) => {
    await control.fault({ fault: "errcode", errcode: 48001, target: "send" });
    await control.text("oPaused", "在吗");
    await vi.waitUntil(async () => (await rowsOf("oPaused")).includes('"kind":"retry"'), 10_000);
    const before = await runDoctor(kefu.url, "--local", "--json");
    expect(before.code).toBe(1);
    expect(findingsOf(before.output)[0]).toMatchObject({ id: `pause.${LOCAL_APP.appid}`, state: "failed" });
    expect(findingsOf(before.output)[0]?.fact).toContain("errcode 48001");
    await control.clearFaults();
    const after = await runDoctor(kefu.url, "--local", "--json");
    expect(findingsOf(after.output)[0]).toMatchObject({ id: `pause.${LOCAL_APP.appid}`, state: "ok" });
    expect(after.code).toBe(0);
    expect(await textsOf("oPaused")).toBe(1);
  });
});
