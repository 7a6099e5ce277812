import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { createControl } from "../../emulator/control.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { LOCAL_API_KEY, runEmulator, runKefu, type StackPorts } from "../../scripts/lib/stack.ts";
import { findingsOf, runDoctor } from "../support/doctor.ts";
import { prepareStack, freeTestPort } from "../support/ports.ts";

let ports: StackPorts;
let scripts: { readonly worker: string; readonly emulator: string };
let emulator: RunningWorker;

beforeAll(async () => {
  ({ ports, scripts } = await prepareStack());
  emulator = await runEmulator(scripts.emulator, ports.emulator, ports.worker);
});
afterAll(() => emulator.stop());

describe("the doctor checks the webhooks", () => {
  it("and names a webhook that does not answer, and one whose secret is missing", async ({ expect }) => {
    const persistTo = await mkdtemp(join(tmpdir(), "doctor-"));
    const headers = { authorization: `Bearer ${LOCAL_API_KEY}`, "content-type": "application/json", "if-match": "*" };
    const closed = await freeTestPort();
    const defaults = {
      webhooks: [{ id: "shop", url: `http://127.0.0.1:${closed}/hook` }],
      fallback: { type: "silent" },
    };
    const body = JSON.stringify({ defaults });
    const find = async (url: string) =>
      findingsOf((await runDoctor(url, "--local", "--json")).output).find(({ id }) => id === "webhook.shop");
    let kefu: RunningWorker | undefined;
    try {
      kefu = await runKefu(scripts.worker, ports, { persistTo });
      const { url } = kefu;
      expect(await find(url)).toBeUndefined();
      const stored = await fetch(`${url}/api/v1/settings`, { method: "PUT", headers, body });
      expect(stored.status).toBe(200);
      expect(await find(url)).toMatchObject({ state: "ok" });
      await createControl((request) => fetch(request), emulator.url).text("oListened", "你好");
      await expect.poll(async () => (await find(url))?.wrong?.en, { timeout: 30_000 }).toContain("failed");
      expect(await find(url)).toMatchObject({ state: "failed", cure: { en: expect.stringContaining("5 seconds") } });

      await kefu.stop();
      kefu = await runKefu(scripts.worker, ports, { persistTo, vars: { WEBHOOK_SECRET: "" } });
      const held = await find(kefu.url);
      expect(held).toMatchObject({ state: "failed", cure: { en: expect.stringContaining("WEBHOOK_SECRET") } });
    } finally {
      await kefu?.stop();
      await rm(persistTo, { recursive: true, force: true });
    }
  });
});
