/** `npm start` and the desk: the first links, which are valid once, and later starts, which change no password. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { describeStack, findLocalLinks, runLocal } from "../../scripts/lib/local-run.ts";
import { ownValues } from "../../scripts/lib/local-values.ts";
import type { Stack } from "../../scripts/lib/stack.ts";

const { apiKey } = ownValues();
const PASSWORD = "a long password";

let folder: string;
let stack: Stack;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-start-desk-"));
});
afterEach(async () => {
  await stack.stop();
  await rm(folder, { recursive: true, force: true });
});

const start = async () => {
  stack = await runLocal({ values: ownValues(), onLog: () => {}, persistTo: folder });
  const links = await findLocalLinks(stack, apiKey);
  return { links, text: describeStack(stack, apiKey, links) };
};

/** Posts as the desk's page does at the address that was printed. */
function post(path: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json", origin: stack.workerUrl };
  return fetch(`${stack.workerUrl}/api/v1${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}
const accept = (link: string | undefined) =>
  post("/sign-in/invite", { invite: link?.split("#invite=")[1], password: PASSWORD });

describe("npm start", () => {
  it("prints links for an admin and a demo agent until each has a password, and then only the desk", async ({
    expect,
  }) => {
    const first = await start();
    expect(first.links.map(({ name }) => name)).toEqual(["管理员", "演示客服"]);
    const [admin, demo] = first.links.map(({ invite }) => invite);
    const port = new URL(stack.workerUrl).port;
    expect(first.text).toMatch(
      new RegExp(`管理员 +http://localhost:${port}/desk#invite=a[0-9a-f]{12}\\.[\\w-]{43}\\n`),
    );
    const accepted = await accept(admin);
    expect(accepted.status).toBe(200);
    expect(accepted.headers.get("set-cookie")).toMatch(/^kefu_local=.*HttpOnly/);
    await stack.stop();

    const second = await start();
    expect(second.links).toEqual([{ name: "管理员" }, { name: "演示客服", invite: expect.any(String) }]);
    expect((await accept(demo)).status).toBe(410);
    expect((await accept(second.links[1]?.invite)).status).toBe(200);
    expect((await post("/sign-in", { name: "管理员", password: PASSWORD })).status).toBe(200);
    const third = await findLocalLinks(stack, apiKey);
    expect(third).toEqual([{ name: "管理员" }, { name: "演示客服" }]);
    expect(describeStack(stack, apiKey, third)).toContain(`http://localhost:${port}/desk\n`);
    const { agents } = await (await stack.api("GET", "/api/v1/agents")).json();
    expect(agents).toHaveLength(2);
  });
});
