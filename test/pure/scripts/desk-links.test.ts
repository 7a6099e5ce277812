/**
 * How setup and start give the first agents access to the desk: which agents they add, and which they leave unchanged.
 */
import { describe, it } from "vitest";
import { createKefuClient } from "../../../client/index.ts";
import { findDeskLinks } from "../../../scripts/lib/desk-links.ts";

const agent = (name: string, role: string, hasPassword: boolean, isSuspended = false) => ({
  id: `id of ${name}`,
  name,
  role,
  hasPassword,
  isSuspended,
});

/** Calls with a worker that has these agents. */
async function find(agents: readonly object[], hasDemo = false, refusal?: string) {
  const asked: string[] = [];
  const client = createKefuClient({
    baseUrl: "https://kefu.test",
    apiKey: "key",
    attempts: 1,
    fetch: async (url, { method = "GET", body }) => {
      const path = new URL(url).pathname.slice("/api/v1/".length);
      asked.push(`${method} ${decodeURIComponent(path)}`);
      if (refusal !== undefined)
        return Response.json({ title: "", detail: "", status: 503, code: refusal }, { status: 503 });
      if (method === "GET") return Response.json({ agents });
      const name = typeof body === "string" ? JSON.parse(body).name : path;
      return Response.json({ agent: { name }, invite: { url: `link of ${name}` } }, { status: 201 });
    },
  });
  const links = await findDeskLinks(client, { hasDemo });
  return { links: links.ok ? links.value : links.error, asked };
}

describe("the first links of the desk", () => {
  it("are those of an added admin, and on a developer's machine of a demo agent", async ({ expect }) => {
    expect(await find([])).toEqual({
      links: [{ name: "管理员", invite: "link of 管理员" }],
      asked: ["GET agents", "POST agents"],
    });
    expect((await find([], true)).links).toEqual([
      { name: "管理员", invite: "link of 管理员" },
      { name: "演示客服", invite: "link of 演示客服" },
    ]);
  });

  it("do not change an agent who has a password, whatever the admin's name", async ({ expect }) => {
    const agents = [agent("x", "admin", false), agent("老板", "admin", true), agent("演示客服", "agent", true)];
    expect(await find(agents, true)).toEqual({
      links: [{ name: "老板" }, { name: "演示客服" }],
      asked: ["GET agents"],
    });
  });

  it("are created again for an admin who has not used one yet", async ({ expect }) => {
    const { asked } = await find([agent("老板", "admin", false), agent("gone", "admin", true, true)]);
    expect(asked).toEqual(["GET agents", "POST agents/id of 老板/invite"]);
  });

  it("are empty while the worker refuses", async ({ expect }) => {
    expect((await find([], true, "desk_off")).links).toBe("desk_off");
  });
});
